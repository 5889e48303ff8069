import { functionTable } from './function-table.ts';
import type { StageSettings } from './stage-schema.ts';

/** Every kind of alarm, by what there is one of for each; the runbook of each is under its id. */
export const alarmIds = {
  partner: [
    'login-refused',
    'gate-closed',
    'fresh-token-refused',
    'egress-refused',
    'upstream-mismatch',
    'upstream-unreadable',
    'upstream-down',
    'credentials-unavailable',
  ],
  api: ['api-5xx', 'api-slow'],
  snapshots: ['coverage-low', 'snapshots-late', 'dead-letter', 'invocation-failed', 'planner-silent'],
  function: ['function-error', 'function-throttled'],
} as const;

export type AlarmId<Kind extends keyof typeof alarmIds = keyof typeof alarmIds> = (typeof alarmIds)[Kind][number];

/** As many alarms as a stage gets. */
export function alarmCount({ partners }: StageSettings): number {
  const { partner, api, snapshots, function: ofFunction } = alarmIds;
  const perStage = api.length + snapshots.length;
  return perStage + partner.length * partners.length + ofFunction.length * functionTable.length;
}
