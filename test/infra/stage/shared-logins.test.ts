import { describe, expect, test } from 'vitest';
import { parseStage } from '../../../infra/stage/settings.ts';
import { sharedLogins } from '../../../infra/stage/shared-logins.ts';
import { cdkJson, madeUpHosts } from '../../rigs/synth.ts';

const { dev, uat, live } = cdkJson.context.stages;
const parse = (devChanges: object, uatChanges: object = {}, stage = 'dev', liveChanges: object = {}) =>
  parseStage(
    {
      dev: { ...dev, enkash: madeUpHosts, ...devChanges },
      uat: { ...uat, ...uatChanges },
      live: { ...live, ...liveChanges },
    },
    stage,
  );
const tokenAt = (tokenUrl: string, loginsDifferFrom?: readonly string[]) => ({
  enkash: {
    apiUrl: 'https://api.example.com',
    tokenUrl,
    ...(loginsDifferFrom === undefined ? {} : { loginsDifferFrom }),
  },
});
const ofPartner = (name: string) => ({ partners: [name], callers: {} });
const host = 'https://token.enkash.example';

describe('two stages that may have one EnKash login', () => {
  test('are refused, whichever is asked for, with both stages, the field and the cure', () => {
    for (const [stage, other] of [
      ['dev', 'uat'],
      ['uat', 'dev'],
    ]) {
      expect(() => parse(tokenAt(host), tokenAt(host), stage)).toThrow(
        `stages.${stage}.enkash.tokenUrl: has the host of stage ${other} too: two login gates for one EnKash login`,
      );
      expect(() => parse(tokenAt(host), tokenAt(host), stage)).toThrow(
        `name ${other} in stages.${stage}.enkash.loginsDifferFrom, and ${stage} in stages.${other}.enkash.loginsDifferFrom`,
      );
    }
  });

  test.each([
    'https://TOKEN.enkash.example/',
    'https://token.enkash.example:443',
    'https://token.enkash.example.//',
    ' https://token.enkash.example',
    'https://token.enkash.example/dev',
  ])('are seen through another spelling and another path, as the gate sees them: %s', (url) => {
    expect(() => parse(tokenAt(url), tokenAt(host))).toThrow('has the host of stage uat too');
  });

  test('are refused whatever their partners are called: EnKash knows users, not partners', () => {
    expect(() => parse({ ...tokenAt(host), ...ofPartner('acme-dev') }, tokenAt(host))).toThrow('has the host of stage');
  });

  test('are accepted once each says that its logins differ from the other’s, and not before', () => {
    const says = (other: string) => tokenAt(host, [other]);
    expect(parse(says('uat'), says('dev')).enkash.loginsDifferFrom).toEqual(['uat']);
    expect(parse(says('uat'), says('dev'), 'uat').stage).toBe('uat');
    expect(() => parse(says('uat'), tokenAt(host))).toThrow(
      /differ, name dev in stages\.uat\.enkash\.loginsDifferFrom$/,
    );
    expect(() => parse(tokenAt(host), says('dev'))).toThrow(
      /differ, name uat in stages\.dev\.enkash\.loginsDifferFrom$/,
    );
    expect(() => parse(says('live'), says('live'))).toThrow('has the host of stage uat too');
  });

  test('are asked again when a third stage comes to the host', () => {
    const [first, second] = [tokenAt(host, ['uat']), tokenAt(host, ['dev'])];
    expect(() => parse(first, second, 'dev', tokenAt(host))).toThrow('has the host of stage live too');
    expect(() => parse(first, second, 'live', tokenAt(host, ['dev', 'uat']))).toThrow(
      /name live in stages\.dev\.enkash\.loginsDifferFrom\n.*name live in stages\.uat\.enkash\.loginsDifferFrom$/,
    );
  });

  test('are not two stages of two hosts, two that are not filled in, nor one beside a stage that is malformed', () => {
    expect(parse(tokenAt('https://token.enkash.example.in'), tokenAt(host)).stage).toBe('dev');
    expect(parse({}, tokenAt('FILL-ME')).stage).toBe('dev');
    expect(parseStage({ dev: { ...dev, enkash: madeUpHosts }, uat: 'nonsense' }, 'dev').stage).toBe('dev');
  });
});

test('names what a stage name cannot be, in loginsDifferFrom', () => {
  expect(() => parse(tokenAt(host, ['Stage UAT']))).toThrow('stages.dev.enkash.loginsDifferFrom.0: must be lower-case');
});

test('no stage of cdk.json has the host of another', () => {
  const { stages } = cdkJson.context;
  expect(Object.keys(stages).flatMap((stage) => sharedLogins(stages, stage))).toEqual([]);
});
