import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of more than five seconds: begun last, one of them would run alone at the end. */
const long =
  /\/(functions\/canary|functions\/proof|lib\/balances\/history-model|lib\/snapshots\/watch-account)\.test\.ts$/;

class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => long.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** A replay of the simulation is one profile of one file: the other files have nothing to say, and are not to blame. */
const replay = process.env.PROFILE !== undefined && process.argv.includes('test/simulation');

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: replay ? ['test/simulation/gate/*.test.ts'] : ['test/**/*.test.ts'],
    passWithNoTests: replay,
    ...(replay && { testNamePattern: 'keeps its contract' }),
    restoreMocks: true,
    sequence: { sequencer: LongFilesFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Measured by the unit suites alone: what reads EnKash's replies and counts money has no line that no test runs.
    coverage: {
      provider: 'v8',
      include: ['lib/enkash/*.ts', 'lib/money.ts'],
      exclude: ['lib/enkash/session.ts'],
      reporter: ['text-summary'],
      thresholds: { lines: 100 },
    },
  },
});
