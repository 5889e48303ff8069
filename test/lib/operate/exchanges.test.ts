import { expect, test } from 'vitest';
import type { TransportResult } from '../../../lib/enkash/transport.ts';
import { createRecorder } from '../../../lib/operate/exchanges.ts';
import { accepted, application, createStage, partner, possible, trouble } from '../../rigs/login-gate-setup.ts';

const reply: TransportResult = {
  ...{ kind: 'reply', status: 401, contentType: 'application/json', retryAfter: undefined },
  ...{ headers: {}, body: Buffer.from('{}') },
};
const token = new URL('https://enkash.example/oauth/token');
const read = new URL('https://enkash.example/api/v0/partner/enKashCard/cardAccount/get');
const sendTo = (url: URL, body: string) => ({ url, headers: {}, body, connectMs: 1, callMs: 1, freshSocket: true });

test('a probe sends one login and two reads; what would be more is not sent', async () => {
  const { around, exchanges } = createRecorder(() => 0);
  const send = around(async () => reply);
  for (const request of [sendTo(token, 'password=p'), sendTo(token, 'password=p')]) await send(request);
  for (let asked = 0; asked < 3; asked += 1) await send(sendTo(read, '{}'));
  expect(exchanges.map(({ target }) => target)).toEqual(['login', 'read', 'read']);
});

test('a probe asks as often as a gate needs that met trouble, and logs in', async () => {
  const stage = createStage([possible(false), accepted('t1')]);
  stage.controls.splice(0, 1, trouble);
  const fleet = stage.gate();
  await stage.after(fleet.get(partner, stage.clock.now() + 9_000), 30_000);
  expect(stage.item()?.control?.tries).toBe(1);

  const { around, exchanges } = createRecorder(stage.clock.now);
  const send = around(async () => reply);
  const control = async () =>
    (await send(sendTo(token, 'grant_type=password'))).kind === 'reply' ? application : trouble;
  await stage.after(stage.gate({ control }).get(partner, stage.clock.now() + 9_000));
  expect(exchanges.map(({ target }) => target)).toEqual(['control', 'control', 'control']);
  expect(stage.logins).toHaveLength(2);
});
