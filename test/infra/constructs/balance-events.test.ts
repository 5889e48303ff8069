import { describe, expect, test } from 'vitest';
import { resourcesOf, settingsOf, templateOf } from '../../rigs/synth.ts';

const caller = { scopes: ['read'], grants: [{ partner: 'acme', companyId: 'CEKTEST001' }] };
const webhook = (name: string) => ({ ...caller, webhook: { url: `https://${name}.example.com/hook` } });
const template = templateOf(
  settingsOf('dev', {
    callers: { erp: webhook('erp'), crm: webhook('crm'), plain: caller },
    balanceEmails: [
      { email: 'all@example.com' },
      { email: 'one@example.com', companies: ['CEKTEST001'], events: ['balance.low', 'balance.unknown'] },
    ],
  }),
);
const of = (type: string) => resourcesOf(template, type);

describe('people', () => {
  test('are subscribed with what they want to know, and what their mailbox does not take is kept', () => {
    const mails = of('AWS::SNS::Subscription').filter(([, { Properties }]) => Properties.FilterPolicy);
    const events = [
      'balance.low',
      'balance.recovered',
      'balance.watch_ended',
      'readings.unavailable',
      'readings.restored',
    ];
    expect(
      mails.map(([, { Properties }]) => [Properties.Protocol, Properties.Endpoint, Properties.FilterPolicy]),
    ).toEqual([
      ['email', 'all@example.com', { event: events }],
      ['email', 'one@example.com', { event: ['balance.low', 'balance.unknown'], companyId: ['CEKTEST001'] }],
    ]);
    for (const [, { Properties }] of mails) expect(Properties.RedrivePolicy.deadLetterTargetArn).toBeDefined();
  });
});

describe('systems', () => {
  test('have a secret each, that nobody has to fill in and that stays when the stack goes', () => {
    const secrets = of('AWS::SecretsManager::Secret').filter(([, { Properties }]) =>
      Properties.Description.startsWith('Signs the webhooks of'),
    );
    expect(secrets.map(([, { Properties }]) => Properties.Description).sort()).toEqual([
      'Signs the webhooks of crm',
      'Signs the webhooks of erp',
    ]);
    for (const [, { Properties, DeletionPolicy }] of secrets) {
      expect(DeletionPolicy).toBe('Retain');
      expect(Properties.GenerateSecretString).toMatchObject({ PasswordLength: 44, ExcludePunctuation: true });
    }
  });

  test('have an alarm each, and one for what was given up after eight attempts', () => {
    const alarms = of('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
    const failing = alarms.filter(({ MetricName }) => MetricName === 'WebhookFailures');
    const callerOf = (dimensions: { Name: string; Value: string }[]) =>
      dimensions.find(({ Name }) => Name === 'caller')?.Value;
    expect(failing.map(({ AlarmName, Dimensions }) => [callerOf(Dimensions), AlarmName]).sort()).toEqual([
      ['crm', 'card-accounts dev: the receiver of crm takes no events'],
      ['erp', 'card-accounts dev: the receiver of erp takes no events'],
    ]);
    const [[deadLetters] = []] = of('AWS::SQS::Queue').filter(([id]) => /Webhooks.*DeadLetters/.test(id));
    const watched = alarms.filter(({ Dimensions = [] }) =>
      JSON.stringify(Dimensions).includes(`"${deadLetters}","QueueName"`),
    );
    expect(watched).toHaveLength(1);
    const [[, queue] = []] = of('AWS::SQS::Queue').filter(([id]) => /WebhooksQueue/.test(id));
    expect(queue?.Properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters, 'Arn'] },
      maxReceiveCount: 8,
    });
  });
});
