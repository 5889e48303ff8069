import { describe, expect, test } from 'vitest';
import { resourcesOf, settingsOf, templateOf } from '../rigs/synth.ts';

const template = templateOf(settingsOf('dev'));
const of = (type: string) => resourcesOf(template, type);

describe('what moto needs to create the stack', () => {
  test('the rule and the functions name the bus by its text, and the rule waits for it', () => {
    const [[busId, bus] = []] = of('AWS::Events::EventBus');
    const [[, rule] = []] = of('AWS::Events::Rule');
    const name = bus?.Properties.Name;
    expect(name).toEqual(expect.any(String));
    expect(rule).toMatchObject({ Properties: { EventBusName: name }, DependsOn: [busId] });
    const names = of('AWS::Lambda::Function').map(
      ([, { Properties }]) => Properties.Environment?.Variables.EVENT_BUS_NAME,
    );
    expect(new Set(names.filter((found) => found !== undefined))).toEqual(new Set([name]));
  });

  test('the deployment refers to every method of the API', () => {
    const [[, deployment] = []] = of('AWS::ApiGateway::Deployment');
    const methods = of('AWS::ApiGateway::Method').map(([id]) => ({ Ref: id }));
    expect(deployment).toMatchObject({ Metadata: { methods: expect.arrayContaining(methods) } });
  });
});
