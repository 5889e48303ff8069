import type { REQUEST_SDK } from '../budgets.ts';

type Budget = { readonly [Name in keyof typeof REQUEST_SDK]: number };

/** Limits of an SDK client: an attempt fails when no connection stands, no reply begins, or one that has begun stops. */
export function sdkLimits({ attempts, connectMs, callMs }: Budget) {
  const waits = { connectionTimeout: connectMs, requestTimeout: callMs, socketTimeout: callMs };
  return { maxAttempts: attempts, requestHandler: { ...waits, throwOnRequestTimeout: true } };
}
