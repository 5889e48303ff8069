import { describe, expect, test } from 'vitest';
import { describeAlarm } from '../../infra/constructs/alarms.ts';
import { alarmIds } from '../../infra/stage/alarm-ids.ts';
import { functionTable } from '../../infra/stage/function-table.ts';
import { type Resource, resourcesOf, settingsOf, templateOf } from '../rigs/synth.ts';

const settings = settingsOf('live', { alarmEmails: ['operator@example.com'] });
const template = templateOf(settings);
const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm');

type Alarm = { readonly Properties: Record<string, unknown> };
const alarmsOf = (id: string) =>
  alarms.filter(([logicalId]) => logicalId.startsWith(`Alarms${id.replaceAll('-', '')}`));
const propertiesOf = (id: string): Record<string, unknown>[] =>
  alarmsOf(id).map(([, alarm]: [string, Alarm]) => alarm.Properties);

describe('alarms', () => {
  test('each have a name that a person understands, and no two the same', () => {
    const names = alarms.map(([, { Properties }]) => Properties.AlarmName);
    for (const name of names) expect(name).toMatch(/^card-accounts live: [a-zA-Z].{10,}$/);
    expect(new Set(names).size).toBe(names.length);
  });

  test('each say the impact, what to do first and the steps of the runbook, as far as CloudWatch lets them', () => {
    for (const [, { Properties }] of alarms) {
      expect(Properties.AlarmDescription).toMatch(/^Impact: .{20,} Do first: .{20,} Runbook [a-z0-9-]+: .{40,}/);
      expect(Properties.AlarmDescription.length).toBeLessThanOrEqual(1024);
      // What does not fit is left out by whole steps.
      expect(Properties.AlarmDescription).not.toMatch(/[^.)]… \(/);
    }
  });

  test('link to the runbook where the stage says where it is read', () => {
    const spec = { id: 'api-slow', impact: 'I.', doFirst: 'D.', kind: 'state' } as const;
    expect(describeAlarm(spec, { stage: 'live', runbookUrl: 'https://wiki.example.com/r' })).toBe(
      'Impact: I. Do first: D. Runbook: https://wiki.example.com/r#api-slow',
    );
  });

  test('end with the last whole step where all are longer than a description may be', () => {
    const spec = { id: 'upstream-down', impact: 'I'.repeat(900), doFirst: 'D.', kind: 'state' } as const;
    const text = describeAlarm(spec, { stage: 'live', runbookUrl: undefined });
    expect(text).toBe(`Impact: ${'I'.repeat(900)} Do first: D. Runbook upstream-down:… (infra/commands/RUNBOOKS.md)`);
  });

  test.each([undefined, 'https://wiki.example.com/r'])(
    'name whole commands of their own stage, to deploy and to roll back too, with the runbook at %s',
    (runbookUrl) => {
      const uat = resourcesOf(templateOf(settingsOf('uat', { runbookUrl })), 'AWS::CloudWatch::Alarm');
      const texts = uat.map(([, { Properties }]) => String(Properties.AlarmDescription));
      expect(texts.filter((text) => text.includes('git checkout COMMIT && npm ci && npx cdk deploy'))).not.toEqual([]);
      for (const text of texts) {
        expect(text).not.toMatch(/--stage (?!uat)|stage=(?!uat)|CardAccounts-(?!uat)|--partner (?!acme)/);
        expect(text).not.toMatch(/npm run (gate|doctor|enkash|webhooks) -- (?!.*?--stage uat)/);
        expect(text).not.toMatch(/npm run gate -- \S+ --stage uat (?!--partner acme)/);
        expect(text).not.toMatch(/\bdeploy\b(?! -c stage=uat)|\broll back\b(?!: "?git checkout)/i);
        expect(text).not.toMatch(/"aws sqs [^"]*(?<!text\))"/);
      }
    },
  );

  test('that count events stand until two slots have passed without one, and send no OK that nobody can mean', () => {
    for (const id of ['login-refused', 'fresh-token-refused', 'egress-refused', 'upstream-mismatch']) {
      expect(propertiesOf(id)).toMatchObject([{ Period: 300, EvaluationPeriods: 6, DatapointsToAlarm: 1 }]);
      expect(propertiesOf(id)[0]?.OKActions).toBeUndefined();
    }
  });

  test('that say how things are send OK too, and are quiet without data', () => {
    const events = alarms.filter(([, { Properties }]) => Properties.OKActions === undefined);
    for (const [, { Properties }] of events) expect(Properties.DatapointsToAlarm).toBe(1);
    const others = alarms.filter((alarm) => !events.includes(alarm));
    for (const [, { Properties }] of others) {
      expect(Properties.AlarmActions).toHaveLength(1);
      expect(Properties.OKActions).toEqual(Properties.AlarmActions);
    }
    // Coverage comes once a slot: between two it holds, so that the alarm does not come and go.
    expect(propertiesOf('coverage-low')[0]?.TreatMissingData).toBe('ignore');
  });

  test('tell a closed gate by its gauge, and by whoever was turned away, and send OK when it is open again', () => {
    const [gate] = propertiesOf('gate-closed');
    expect(gate).toMatchObject({ EvaluationPeriods: 6, DatapointsToAlarm: 1, Threshold: 1 });
    expect(gate?.OKActions).toEqual(gate?.AlarmActions);
    const metrics = JSON.stringify(gate?.Metrics);
    expect(metrics).toMatch(/"MetricName":"GateShut","Namespace".*"Stat":"Maximum"/);
    expect(metrics).toMatch(/"MetricName":"GateClosed"/);
  });

  test('tell silence as missing data, which a stage that is being created does not pass through', () => {
    for (const id of ['planner-silent', 'reconciler-silent', 'gauge-silent']) {
      const [silent] = propertiesOf(id);
      expect(silent).toMatchObject({ TreatMissingData: 'missing', Period: 900, EvaluationPeriods: 1 });
      expect(silent?.InsufficientDataActions).toEqual(silent?.AlarmActions);
    }
    for (const [, { Properties }] of alarms) expect(Properties.TreatMissingData).not.toBe('breaching');
  });

  test('add metrics up with FILL: one that has no data would make the sum missing', () => {
    const expressions = alarms.flatMap(([, { Properties }]) =>
      (Properties.Metrics ?? []).flatMap(({ Expression }: { Expression?: string }) => Expression ?? []),
    );
    expect(expressions.length).toBeGreaterThan(4);
    for (const expression of expressions) expect(expression).toMatch(/FILL/);
  });

  test('cover every function by one alarm of each kind, ten in each as CloudWatch allows', () => {
    for (const id of ['function-error', 'function-throttled']) {
      const metrics = propertiesOf(id).map(({ Metrics }) => (Array.isArray(Metrics) ? Metrics.length - 1 : 0));
      expect(Math.max(...metrics)).toBeLessThanOrEqual(10);
      expect(metrics.reduce((sum, each) => sum + each, 0)).toBe(functionTable.length);
    }
  });

  test('cover every partner, both tables and both NAT gateways', () => {
    for (const id of alarmIds.partner) expect(alarmsOf(`${id}-acme`)).toHaveLength(1);
    expect(propertiesOf('table-throttled')[0]?.Metrics).toHaveLength(5);
    expect(propertiesOf('nat-ports')[0]?.Metrics).toHaveLength(3);
    const open = resourcesOf(templateOf(settingsOf('dev')), 'AWS::CloudWatch::Alarm').map(([id]) => id);
    expect(open.filter((id) => id.startsWith('Alarmsnatports'))).toEqual([]);
  });

  test('reach operators through an encrypted topic that CloudWatch of this account alone may publish to', () => {
    for (const [, topic] of resourcesOf(template, 'AWS::SNS::Topic')) {
      expect(topic.Properties.KmsMasterKeyId).toBeDefined();
    }
    expect(JSON.stringify(resourcesOf(template, 'AWS::SNS::TopicPolicy'))).toMatch(/cloudwatch\.amazonaws\.com/);
    expect(resourcesOf(template, 'AWS::SNS::Subscription').map(([, { Properties }]) => Properties.Endpoint)).toEqual([
      'operator@example.com',
    ]);
  });
});

describe('the dashboard and the saved query', () => {
  test('tells the story in its order', () => {
    const [[, dashboard] = []] = resourcesOf(template, 'AWS::CloudWatch::Dashboard');
    const text = JSON.stringify(dashboard?.Properties.DashboardBody);
    const headings = ['What callers get', 'How EnKash is', 'The login gate', 'Balances over time', 'What it costs'];
    const places = headings.map((heading) => text.indexOf(heading));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('has a name, a link to it among the outputs, the state of every alarm, and the limits drawn', () => {
    const [[, dashboard] = []] = resourcesOf(template, 'AWS::CloudWatch::Dashboard');
    expect(dashboard?.Properties.DashboardName).toBe('card-accounts-live');
    expect(JSON.stringify(template.toJSON().Outputs.DashboardUrl.Value)).toContain(
      '#dashboards:name=card-accounts-live',
    );
    const text = JSON.stringify(dashboard?.Properties.DashboardBody);
    for (const [id] of alarms) expect(text).toContain(id);
    for (const label of ['api-slow', 'coverage-low', 'snapshots-late']) expect(text).toContain(`label\\":\\"${label}`);
  });

  test('answer what an auditor and a woken operator ask, over the groups of the functions', () => {
    const queries = resourcesOf(template, 'AWS::Logs::QueryDefinition').map(([, { Properties }]) => Properties);
    const audited = functionTable.filter(
      ({ trigger, files }) => trigger === 'gateway' && files.includes('grants.json'),
    ).length;
    const who = queries.find(({ Name }) => Name === 'card-accounts-live/Who read this account?');
    expect(who.QueryString).toMatch(/companyId = .* and cardAccountId = /);
    expect(who.LogGroupNames).toHaveLength(audited);
    const others = queries.filter((query) => query !== who);
    expect(others.map(({ QueryString }) => QueryString).join()).toMatch(
      /UPSTREAM_MISMATCH[\s\S]*INTERNAL[\s\S]*Task timed out/,
    );
    for (const { LogGroupNames } of others) expect(LogGroupNames).toHaveLength(functionTable.length);
  });
});

describe('cost tags', () => {
  test('are on every resource that takes tags', () => {
    const untagged = Object.values<Resource>(template.toJSON().Resources)
      .filter(
        ({ Properties }) =>
          !/"?card-accounts"?/.test(JSON.stringify(Properties?.Tags ?? Properties?.UserPoolTags ?? '')),
      )
      .map(({ Type }) => Type);
    expect(
      untagged.filter((type) =>
        /Function$|Table$|Queue$|Key$|Role$|Alarm$|NatGateway|EIP$|UserPool$|Stage$|WebACL$/.test(type),
      ),
    ).toEqual([]);
  });
});

describe('traces', () => {
  test('are Lambda’s own when the stage asks for them, and pass through otherwise', () => {
    const modes = (stage: 'dev' | 'live'): unknown[] =>
      resourcesOf(templateOf(settingsOf(stage)), 'AWS::Lambda::Function').map(
        ([, { Properties }]) => Properties.TracingConfig.Mode,
      );
    expect(new Set(modes('live'))).toEqual(new Set(['Active']));
    expect(new Set(modes('dev'))).toEqual(new Set(['PassThrough']));
  });
});

describe('a custom domain', () => {
  test('asks for a client certificate and shuts the default endpoint', () => {
    const customDomain = {
      name: 'cards.example.com',
      certificateArn: 'arn:aws:acm:ap-south-1:111122223333:certificate/1',
      truststoreUri: 's3://trust/callers.pem',
      truststoreVersion: 'v1',
    };
    const named = templateOf(settingsOf('live', { customDomain }));
    const [[, domain] = []] = resourcesOf(named, 'AWS::ApiGateway::DomainName');
    expect(domain?.Properties.MutualTlsAuthentication).toEqual({
      TruststoreUri: 's3://trust/callers.pem',
      TruststoreVersion: 'v1',
    });
    const [[, api] = []] = resourcesOf(named, 'AWS::ApiGateway::RestApi');
    expect(api?.Properties.DisableExecuteApiEndpoint).toBe(true);
    expect(named.toJSON().Outputs.ApiUrl.Value).toBe('https://cards.example.com');
  });
});
