import { mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** The suites that must kill the mutants: quick ones only, for they run once per mutant. */
export default mergeConfig(base, {
  test: { include: ['test/lib/*.test.ts', 'test/enkash/*.test.ts', 'test/functions/*.test.ts'] },
});
