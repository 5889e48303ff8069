import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { DELIVER_LAMBDA_MS } from '../../../lib/budgets.ts';
import { type TestAnswer, testAnswer } from '../../../lib/webhooks/deliver.ts';
import { OperatorError } from './arguments.ts';
import { type Invoked, invoke } from './invoke.ts';
import type { StageFacts } from './stage-facts.ts';

/** Sends a test, and says in words what came of it. @throws OperatorError when nobody knows */
export async function testWebhook(
  facts: StageFacts,
  caller: string,
): Promise<{ readonly well: boolean; readonly lines: readonly string[] }> {
  const request = { action: 'send-test', caller, requestId: randomUUID() };
  const { outcome, status } = answerOf(await invoke(facts, 'deliver', request, DELIVER_LAMBDA_MS));
  const answered = status === null ? outcome : `${outcome}, HTTP ${status}`;
  const lines = [`Webhook of ${caller}, stage ${facts.stage}: ${answered}`, `  ${words[outcome](caller)}`];
  return { well: outcome === 'delivered', lines };
}

function answerOf(invoked: Invoked): TestAnswer {
  if (invoked.kind === 'not-run') throw new OperatorError(`${invoked.why}. Nothing was sent.`);
  const { data } = z.safeParse(testAnswer, invoked.kind === 'answered' ? invoked.payload : undefined);
  if (data !== undefined) return data;
  const why = invoked.kind === 'unknown' ? `: ${invoked.why}` : ' in a form that is known here';
  throw new OperatorError(
    `deliver-webhooks did not answer${why}. Its log says more; most likely the webhook's secret cannot be read. A test may be sent again.`,
  );
}

const words: Readonly<Record<TestAnswer['outcome'], (caller: string) => string>> = {
  delivered: () => 'The receiver took it. If it had been switched off, it is on again.',
  gone: () => 'The receiver says that it is not there any more (410): events are not sent to it.',
  refused: () => 'The receiver refused it. Does it verify with the secret of this stage, and is its clock right?',
  failed: () => 'The receiver failed. Real events are tried again for a day.',
  redirect: () => 'The receiver redirects, which is never followed: put the final URL into cdk.json.',
  timeout: () => 'The receiver did not answer in 10 s: it should answer first and work afterwards.',
  unreachable: () => 'The receiver cannot be reached: name, firewall or certificate.',
  'forbidden-address': () => 'The name resolves to an address that is not public, to which nothing is ever sent.',
  'bad-target': () => 'The URL may not be a webhook: https on port 443 of a public host alone.',
  'no-webhook': (caller) =>
    `Nothing was sent: this stage has no webhook for ${caller}. Locally: npm start -- --forward-to URL, for caller erp.`,
};
