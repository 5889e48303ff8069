import { Duration } from 'aws-cdk-lib';
import { pasteableCommands } from '../stage/pasteable.ts';
import type { StageSettings } from '../stage/stage-schema.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { serviceMetric } from './metrics.ts';
import type { WebhookQueue } from './webhook-queue.ts';

/** Of events on their way to callers' systems. */
export function webhookAlarms(
  { stage }: StageSettings,
  { secrets, deadLetters }: Pick<WebhookQueue, 'secrets' | 'deadLetters'>,
): readonly AlarmSpec[] {
  const period = Duration.minutes(5);
  const { readMessage } = pasteableCommands(stage);
  return [
    {
      id: 'webhook-dead-letter',
      title: 'an event reached no receiver',
      impact: 'An event was not delivered to a caller in a day of attempts. It is still in GET /v1/events.',
      doFirst: `Read the message: "${readMessage('WebhookDeadLetters')}". It names the caller. Tell the caller.`,
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      kind: 'state',
    },
    ...[...secrets.keys()].map(
      (caller): AlarmSpec => ({
        id: 'webhook-failing',
        subject: caller,
        title: `the receiver of ${caller} takes no events`,
        impact: `The receiver of ${caller} does not take events: they wait, and are given up after a day.`,
        doFirst: `The query says how it fails. Tell the caller; when it is mended, "npm run webhooks -- send-test --stage ${stage} --caller ${caller}".`,
        query: `filter event = "webhook" and caller = "${caller}" | stats count() by outcome`,
        metric: serviceMetric(stage, 'WebhookFailures', { caller }, { minutes: 60 }),
        threshold: 3,
        kind: 'event',
      }),
    ),
  ];
}
