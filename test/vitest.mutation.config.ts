import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** The suites that must kill the mutants: those that name a behaviour each, not those that prove figures by the thousand. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: [
      'test/lib/*.test.ts',
      'test/lib/login-gate/*.test.ts',
      'test/lib/api/{api-handler,api-request}.test.ts',
      'test/lib/enkash/{credentials,credentials-secret,retry,breaker,pan,client}.test.ts',
      'test/functions/get-card-account*.test.ts',
    ],
    exclude: ['test/lib/architecture.test.ts'],
  },
});
