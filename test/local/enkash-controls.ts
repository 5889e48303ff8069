import * as z from 'zod';
import type { AccountId } from './enkash-accounts.ts';
import { type FaultPlan, faultPlanSchema, faults } from './enkash-faults.ts';
import type { SandboxSettings } from './enkash-sandbox.ts';
import { type Exchange, sendJson } from './http-server.ts';

type NewBalance = AccountId & { readonly availableBalance?: number; readonly availableCardBalance?: number };
/** What can be changed of a running sandbox, by a test or by a person. */
export type SandboxControls = {
  stats(): object;
  /** Replaces the plan that was there: `{}` heals everything. */
  setFaults(plan: FaultPlan): void;
  change(settings: Partial<SandboxSettings>): void;
  setPassword(password: string): void;
  unlock(): void;
  /** Every token dies before its time. */
  revokeTokens(): void;
  setBalance(balance: NewBalance): void;
};

const passwordSchema = z.strictObject({ password: z.string() });
const balanceSchema = z.strictObject({
  companyId: z.string(),
  cardAccountId: z.string(),
  availableBalance: z.number().exactOptional(),
  availableCardBalance: z.number().exactOptional(),
});
const settingsSchema = z.strictObject({
  tokenLifeSeconds: z.number().exactOptional(),
  claimedLifeSeconds: z.number().exactOptional(),
  tokenShape: z.enum(['oauth', 'camel', 'result']).exactOptional(),
  sameToken: z.boolean().exactOptional(),
  breakConcurrent: z.boolean().exactOptional(),
  loginMs: z.number().exactOptional(),
  encryption: z.enum(['off', 'aes-128-ecb', 'aes-128-ecb-raw']).exactOptional(),
  wrapper: z.enum(['request', 'response']).exactOptional(),
  stringify: z.union([z.literal(1), z.literal(2)]).exactOptional(),
  unknownAccount: z.enum(['404', 'business-failure']).exactOptional(),
});

/** `GET /__stats` and the `POST /__…` that change something; each answers the counters as they then are. */
export function answerControl({ method, url, body, response }: Exchange, controls: SandboxControls): void {
  const routes: Record<string, (input: unknown) => void> = {
    'GET /__stats': () => {},
    'POST /__faults': (input) => controls.setFaults(faultPlanSchema.parse(input)),
    'POST /__settings': (input) => controls.change(settingsSchema.parse(input)),
    'POST /__password': (input) => controls.setPassword(passwordSchema.parse(input).password),
    'POST /__unlock': () => controls.unlock(),
    'POST /__revoke': () => controls.revokeTokens(),
    'POST /__balance': (input) => controls.setBalance(balanceSchema.parse(input)),
  };
  const route = routes[`${method} ${url.pathname}`];
  if (method === 'GET' && url.pathname === '/__faults')
    return void sendJson(response, 200, { faults: [...faults.keys()] });
  try {
    if (!route)
      return void sendJson(response, 404, { error: `there are GET /__faults, ${Object.keys(routes).join(', ')}` });
    route(JSON.parse(body.toString() || '{}'));
    sendJson(response, 200, controls.stats());
  } catch (error) {
    sendJson(response, 400, { error: error instanceof z.ZodError ? z.prettifyError(error) : 'not JSON' });
  }
}
