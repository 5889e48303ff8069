import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../infra/bundle/bundle.ts';
import { type Environment, startEnvironment } from '../bench/environment.ts';
import { grants, type StandIns, startStandIns } from '../bench/stand-ins.ts';

// What is deployed is not the source: packages are left out, and built-ins are reached by function (infra/bundle/left-out.ts).
describe('the bundle of get-card-account in a process of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  let standIns: StandIns;
  let environment: Environment;

  beforeAll(async () => {
    const code = (await bundle()).get('get-card-account')?.code ?? '';
    writeFileSync(join(folder, 'index.mjs'), code);
    writeFileSync(join(folder, 'grants.json'), JSON.stringify(grants));
    standIns = await startStandIns();
    environment = await startEnvironment({ folder, variables: standIns.variables, client: 'small' });
  });
  afterAll(async () => {
    await environment.stop();
    await standIns.close();
    rmSync(folder, { recursive: true });
  });

  test("answers API Gateway's event with the account", async () => {
    const answer = JSON.parse((await environment.invoke(standIns.event)).body);
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ companyId: 'CEKTEST001', balances: { available: '898138.00' } });
  });

  test('asks for no secret again once it is warm, and EnKash once for each request', async () => {
    const before = standIns.calls();
    for (let call = 0; call < 5; call += 1) await environment.invoke(standIns.event);
    const after = standIns.calls();
    expect(after.enkash - before.enkash).toBe(5);
    expect(after.secretsManager).toBe(before.secretsManager);
  });

  test('refuses a caller without a token of ours with a problem, not with a crash', async () => {
    const event = { ...JSON.parse(standIns.event), requestContext: { requestId: 'no-claims' } };
    const answer = JSON.parse((await environment.invoke(JSON.stringify(event))).body);
    expect(answer).toMatchObject({ headers: { 'content-type': 'application/problem+json' } });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
  });
});
