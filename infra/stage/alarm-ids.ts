import { functionTable } from './function-table.ts';
import type { StageSettings } from './stage-schema.ts';
import { webhookCallers } from './webhook-callers.ts';

/** Every kind of alarm, by what there is one of for each; the runbook of each is under its id. */
export const alarmIds = {
  partner: [
    'login-refused',
    'gate-closed',
    'gauge-silent',
    'fresh-token-refused',
    'egress-refused',
    'not-the-api',
    'upstream-mismatch',
    'upstream-unreadable',
    'upstream-down',
    'credentials-unavailable',
  ],
  api: ['api-5xx', 'api-slow'],
  snapshots: [
    'coverage-low',
    'snapshots-late',
    'dead-letter',
    'invocation-failed',
    'planner-silent',
    'reconciler-silent',
    'run-unfinished',
    'accounts-unmeasured',
  ],
  webhooks: ['webhook-dead-letter'],
  webhook: ['webhook-failing'],
  tables: ['table-throttled'],
  network: ['nat-ports'],
  function: ['function-error', 'function-throttled'],
} as const;

export type AlarmId<Kind extends keyof typeof alarmIds = keyof typeof alarmIds> = (typeof alarmIds)[Kind][number];

/** CloudWatch adds up so many metrics in one alarm: functions share an alarm of each kind by tens. */
export const functionsInAlarm = 10;

/** As many alarms as a stage gets. */
export function alarmCount({ partners, callers, egress }: StageSettings): number {
  const groups = Math.ceil(functionTable.length / functionsInAlarm);
  return (
    alarmIds.api.length +
    alarmIds.snapshots.length +
    alarmIds.webhooks.length +
    alarmIds.webhook.length * webhookCallers({ callers }).length +
    alarmIds.tables.length +
    (egress === 'fixed' ? alarmIds.network.length : 0) +
    alarmIds.partner.length * partners.length +
    alarmIds.function.length * groups
  );
}
