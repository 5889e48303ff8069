import { describe, expect, test } from 'vitest';
import { functionTable } from '../../infra/stage/function-table.ts';
import { resourcesOf, settingsOf, templateOf } from '../rigs/synth.ts';

const settings = settingsOf('live', { alarmEmails: ['operator@example.com'] });
const template = templateOf(settings);
const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm');

describe('alarms', () => {
  test('each say the impact, what to do first and where the runbook is', () => {
    for (const [, { Properties }] of alarms) {
      expect(Properties.AlarmDescription).toMatch(
        /^Impact: .{20,} Do first: .{20,} Runbook: infra\/commands\/RUNBOOKS\.md#[a-z0-9-]+$/,
      );
      expect(Properties.AlarmDescription.length).toBeLessThanOrEqual(1024);
    }
  });

  test('all go to the one topic, when they fire and when they end, and are quiet without data but for the planner', () => {
    for (const [, { Properties }] of alarms) {
      expect(Properties.AlarmActions).toHaveLength(1);
      expect(Properties.OKActions).toEqual(Properties.AlarmActions);
      const silent = Properties.AlarmDescription.includes('#planner-silent');
      expect(Properties.TreatMissingData).toBe(silent ? 'breaching' : 'notBreaching');
    }
  });

  test('cover every partner and every function', () => {
    const ids = alarms.map(([id]) => id).join(' ');
    for (const kind of ['loginrefused', 'gateclosed', 'freshtokenrefused', 'egressrefused', 'upstreammismatch']) {
      expect(ids).toContain(`Alarms${kind}acme`);
    }
    for (const { name } of functionTable) expect(ids).toContain(`Alarmsfunctionerror${name.replaceAll('-', '')}`);
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

  test('answers who read an account, over every function that writes audit lines', () => {
    const [[, query] = []] = resourcesOf(template, 'AWS::Logs::QueryDefinition');
    expect(query?.Properties.QueryString).toMatch(/companyId = .* and cardAccountId = /);
    expect(query?.Properties.LogGroupNames).toHaveLength(
      functionTable.filter(({ files }) => files.includes('grants.json')).length,
    );
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
