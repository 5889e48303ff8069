import { describe, expect, test } from 'vitest';
import { parseStage, SettingsError } from '../../../infra/stage/settings.ts';
import { cdkJson, madeUpHosts, settingsOf } from '../../rigs/synth.ts';

const { stages } = cdkJson.context;

function messageOf(changes: Record<string, unknown>): string {
  try {
    parseStage({ dev: { ...stages.dev, enkash: madeUpHosts, ...changes } }, 'dev');
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('stage settings', () => {
  test('cdk.json has uat ready to deploy', () => {
    expect(parseStage(stages, 'uat')).toMatchObject({ region: 'ap-south-1', egress: 'fixed', waf: true });
  });

  test.each(['dev', 'live'])('%s names its unfilled hosts, and only when it is chosen', (stage) => {
    expect(() => parseStage(stages, stage)).toThrow(`stages.${stage}.enkash.apiUrl: is not filled in`);
    expect(() => parseStage(stages, stage)).toThrow(`stages.${stage}.enkash.tokenUrl: is not filled in`);
  });

  test('an unknown stage lists the known ones', () => {
    expect(() => parseStage(stages, 'prod')).toThrow('no stage prod in cdk.json; there are: dev, uat, live');
  });

  test.each([
    ['stages.dev.region: must be in India', { region: 'eu-west-1' }],
    ['stages.dev.zones.0: must be a zone of ap-south-2', { region: 'ap-south-2' }],
    ['stages.dev.account: must be twelve digits', { account: '123' }],
    [
      'stages.dev.enkash.apiUrl: must be an https:// origin',
      { enkash: { apiUrl: 'http://a.in', tokenUrl: 'https://a.in' } },
    ],
    ['stages.dev.enkash.tokenUrl: must be given', { enkash: { apiUrl: 'https://a.in' } }],
    [
      'stages.dev.callers.erp.grants.0.partner: names other, which is not one of partners',
      { callers: { erp: { scopes: ['read'], grants: [{ partner: 'other', companyId: 'CEKTEST001' }] } } },
    ],
    [
      'stages.dev.callers.erp.grants.0.companyId: must be CEK',
      { callers: { erp: { scopes: ['read'], grants: [{ partner: 'acme', companyId: 'cek1' }] } } },
    ],
    ['stages.dev.callers.erp.scopes', { callers: { erp: { scopes: ['admin'], grants: [] } } }],
    ['stages.dev.partners: names a partner twice', { partners: ['acme', 'acme'] }],
    ['stages.dev: has no setting colour.', { colour: 'red' }],
    ['stages.dev: has no setting partner. Did you mean partners?', { partner: ['acme'] }],
    ['stages.dev.snapshots: has no setting lateSecond. Did you mean lateSeconds?', { snapshots: { lateSecond: 60 } }],
    [
      'stages.dev.callers.Acme ERP: must be lower-case letters',
      { callers: { 'Acme ERP': { scopes: ['read'], grants: [] } } },
    ],
    ['stages.dev.partners: must not be empty', { partners: [] }],
    ['stages.dev.waf: must be true or false', { waf: 'no' }],
    ['stages.dev.everyMinutes: must be one of 5, 10, 15, 20, 30, 60', { everyMinutes: 7 }],
  ])('says "%s"', (message, changes) => {
    expect(messageOf(changes)).toContain(message);
  });

  test('refuses hosts with credentials, query or fragment, and takes a path prefix', () => {
    for (const bad of ['https://u:p@a.in', 'https://a.in?x=1', 'https://a.in#x', 'not a url']) {
      expect(messageOf({ enkash: { apiUrl: bad, tokenUrl: 'https://a.in' } })).toContain('enkash.apiUrl');
    }
    expect(messageOf({ enkash: { apiUrl: 'https://a.in/prefix', tokenUrl: 'https://a.in' } })).toBe('accepted');
  });

  test('refuses a host that ends in an endpoint, and names the right one', () => {
    const enkash = { apiUrl: 'https://a.in/uat', tokenUrl: 'https://a.in/uat/oauth/token' };
    expect(messageOf({ enkash })).toMatch(/stages\.dev\.enkash\.tokenUrl: .* must be https:\/\/a\.in\/uat$/);
  });

  test('takes no loopback address without TLS, which only the local stage may', () => {
    expect(messageOf({ enkash: { ...madeUpHosts, tokenUrl: 'http://127.0.0.1' } })).toContain(
      'must be an https:// origin',
    );
  });

  test('settings of every stage name no secret', () => {
    expect(JSON.stringify(settingsOf('live'))).not.toMatch(/password|basicSecret|encryptionSecret/);
  });
});
