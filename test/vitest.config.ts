import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
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
