import { describe, expect, test } from 'vitest';
import { parseStage } from '../../../infra/stage/settings.ts';
import { cdkJson, madeUpHosts } from '../../rigs/synth.ts';

const { dev, uat } = cdkJson.context.stages;
const parse = (devChanges: object, uatChanges: object = {}, stage = 'dev') =>
  parseStage({ dev: { ...dev, enkash: madeUpHosts, ...devChanges }, uat: { ...uat, ...uatChanges } }, stage);
const tokenAt = (tokenUrl: string) => ({ enkash: { apiUrl: 'https://api.example.com', tokenUrl } });
const ofPartner = (name: string) => ({ partners: [name], callers: {} });

describe('two stages with one EnKash login', () => {
  test('are refused, whichever is asked for, with both stages, the field, the partner and the cure', () => {
    const shared = tokenAt('https://token.enkash.example');
    for (const [stage, other] of [
      ['dev', 'uat'],
      ['uat', 'dev'],
    ]) {
      expect(() => parse(shared, shared, stage)).toThrow(
        `stages.${stage}.enkash.tokenUrl: is that of stage ${other} too, and both have the partner acme:`,
      );
      expect(() => parse(shared, shared, stage)).toThrow('give one of the two partners another name');
    }
  });

  test.each([
    'https://TOKEN.enkash.example/',
    'https://token.enkash.example:443',
    'https://token.enkash.example.//',
    ' https://token.enkash.example',
  ])('are seen through another spelling: %s', (url) => {
    expect(() => parse(tokenAt(url), tokenAt('https://token.enkash.example'))).toThrow('is that of stage uat too');
  });

  test('are not two stages with one host and partners of other names, nor one partner at two hosts', () => {
    const shared = tokenAt('https://token.enkash.example');
    expect(parse({ ...shared, ...ofPartner('acme-dev') }, shared).stage).toBe('dev');
    expect(parse(tokenAt('https://token.enkash.example/dev'), shared).stage).toBe('dev');
  });

  test('are not two stages that are not filled in, nor one beside a stage that is malformed', () => {
    expect(parse({}, tokenAt('FILL-ME')).stage).toBe('dev');
    expect(parseStage({ dev: { ...dev, enkash: madeUpHosts }, uat: 'nonsense' }, 'dev').stage).toBe('dev');
  });
});
