import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { pasteableCommands } from '../stage/pasteable.ts';
import type { StageSettings } from '../stage/stage-schema.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { serviceMetric } from './metrics.ts';

type Of = { readonly stage: string; readonly partner: string };

/** Of one partner's way to EnKash. */
export function partnerAlarms(settings: StageSettings, partner: string): readonly AlarmSpec[] {
  const { stage, everyMinutes } = settings;
  const of = { stage, partner };
  const specs = [...loginAlarms(of), ...answerAlarms(of), downAlarm(of)];
  // Without callers, only snapshots meet the trouble: an event stands until two slots have passed without it.
  const periods = Math.ceil((2 * everyMinutes) / 5);
  return specs.map((spec) => ({
    ...spec,
    subject: partner,
    ...(spec.kind === 'event' || spec.any ? { periods } : {}),
  }));
}

function loginAlarms({ stage, partner }: Of): readonly AlarmSpec[] {
  const { doctor, gate } = pasteableCommands(stage);
  const status = gate('status', partner);
  return [
    {
      id: 'login-refused',
      title: `EnKash refused a login of ${partner}`,
      impact: `EnKash refused our login for ${partner}. After three in a row it locks the account; ours stops after two.`,
      doFirst: `Change nothing yet. Run "${status}", then compare the secret with what EnKash issued.`,
      metric: serviceMetric(stage, 'LoginOutcomes', { partner, outcome: 'refused' }),
      kind: 'event',
    },
    {
      id: 'gate-closed',
      title: `no login of ${partner} is sent`,
      impact: `No login for ${partner} is sent any more: live reads answer 503 when the token in use ends (5 minutes at most).`,
      doFirst: `Run "${status}": it says why, and the next command, whole. Allow no login before that.`,
      metric: gateShut({ stage, partner }),
      any: true,
      kind: 'state',
    },
    {
      id: 'gauge-silent',
      title: `nothing tells how the gate of ${partner} is`,
      impact: `For a quarter of an hour nothing told how the gate of ${partner} stands: the alarm gate-closed sees only callers who are turned away.`,
      doFirst: `Run "${status}". If it works, run "aws scheduler list-schedules": is the schedule of inspect enabled?`,
      metric: serviceMetric(stage, 'GateShut', { partner }, { statistic: 'SampleCount', minutes: 15 }),
      alarmsWhen: 'below',
      kind: 'silence',
    },
    {
      id: 'fresh-token-refused',
      title: `EnKash refuses the new token of ${partner}`,
      impact: `EnKash refuses a token that it has just issued to ${partner}: rights or allow-list, not the password.`,
      doFirst:
        'Do not rotate the secret. Ask EnKash about the API rights and the allow-listed addresses of the partner.',
      metric: serviceMetric(stage, 'FreshTokenRefused', { partner }),
      kind: 'event',
    },
    {
      id: 'credentials-unavailable',
      title: `the secret of ${partner} cannot be used`,
      impact: `The secret of ${partner} is missing, unfilled or unreachable; live reads answer 503.`,
      doFirst: `Run "${doctor}": it says which of the three, and what to do.`,
      metric: serviceMetric(stage, 'ReadFailures', { partner, outcome: 'CREDENTIALS_UNAVAILABLE' }),
      kind: 'event',
    },
  ];
}

/**
 * How the gate stands, by the gauge; and whoever met it closed, since a gate that was never opened is no trouble before
 * somebody is turned away. The gauge comes every five minutes and may miss a period by its seconds.
 */
function gateShut({ stage, partner }: Of): MathExpression {
  return new MathExpression({
    expression: 'FILL(shut, 0) + FILL(turnedAway, 0)',
    usingMetrics: {
      shut: serviceMetric(stage, 'GateShut', { partner }, { statistic: 'Maximum' }),
      turnedAway: serviceMetric(stage, 'GateClosed', { partner }),
    },
    period: Duration.minutes(5),
  });
}

function answerAlarms({ stage, partner }: Of): readonly AlarmSpec[] {
  const { doctor } = pasteableCommands(stage);
  const failures = (outcome: string) => serviceMetric(stage, 'ReadFailures', { partner, outcome });
  return [
    {
      id: 'egress-refused',
      title: `EnKash does not know our address (${partner})`,
      impact: `EnKash answers ${partner} with an HTML 403: our addresses are not on its allow-list, so nothing can be read.`,
      doFirst: `Compare the list that EnKash holds: "${doctor} --allow-listed A,B".`,
      metric: serviceMetric(stage, 'EnkashFailures', { partner, outcome: 'egress-refused' }),
      kind: 'event',
    },
    {
      id: 'not-the-api',
      title: `something else than EnKash's API answers (${partner})`,
      impact: `Reads of ${partner} meet a 404 that is not EnKash's own: a wrong host, or a deployment at EnKash. Nothing can be read.`,
      doFirst: `Run "${doctor}": it names the host. Is it the one that EnKash gave for cards?`,
      metric: serviceMetric(stage, 'EnkashFailures', { partner, outcome: 'not-the-api' }),
      threshold: 5,
      kind: 'state',
    },
    {
      id: 'upstream-mismatch',
      title: `EnKash answered about another account (${partner})`,
      impact: 'EnKash answered with another account than the one asked for. The answer was dropped; nobody saw it.',
      doFirst: 'Send EnKash the times and ids that the query finds. One is a security incident.',
      query: 'filter outcome = "UPSTREAM_MISMATCH"',
      metric: failures('UPSTREAM_MISMATCH'),
      kind: 'event',
    },
    {
      id: 'upstream-unreadable',
      title: `answers for ${partner} cannot be read`,
      impact: `Replies for ${partner} cannot be read: the contract or the encryption has changed at EnKash.`,
      doFirst: 'Look at "step" and "paths" of the lines that the query finds.',
      query: 'filter outcome = "UPSTREAM_UNREADABLE" | stats count() by step, paths',
      metric: failures('UPSTREAM_UNREADABLE'),
      threshold: 5,
      kind: 'state',
    },
  ];
}

function downAlarm({ stage, partner }: Of): AlarmSpec {
  const failures = (outcome: string) => serviceMetric(stage, 'ReadFailures', { partner, outcome });
  return {
    id: 'upstream-down',
    title: `EnKash does not answer (${partner})`,
    impact: `EnKash does not answer reads of ${partner}; callers get 503 or 504, or an older balance if they accept one.`,
    doFirst: 'Look at EnKash failures by kind on the dashboard, then ask EnKash. Nothing here needs a restart.',
    metric: new MathExpression({
      // One of the two alone is the usual case, and a missing one would make the sum missing.
      expression: 'FILL(unavailable, 0) + FILL(slow, 0)',
      usingMetrics: { unavailable: failures('UPSTREAM_UNAVAILABLE'), slow: failures('UPSTREAM_TIMEOUT') },
      period: Duration.minutes(5),
    }),
    threshold: 10,
    periods: 2,
    kind: 'state',
  };
}
