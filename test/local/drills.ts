import type { AlarmId } from '../../infra/stage/alarm-ids.ts';
import type { EnkashSandbox } from './enkash-sandbox.ts';

type Means = {
  readonly sandboxUrl: string;
  /** The file that EnKash's new secret stands in, and the one that is the partner's secret. */
  readonly from: string;
  readonly to: string;
};
/** An outage that can be played: an alarm of the real stack, which ends when its runbook was followed. */
export type Drill = {
  readonly alarm: AlarmId;
  /** What happens at EnKash, which whoever is woken does not know. */
  readonly begin: (sandbox: EnkashSandbox) => void;
  /** Whether the alarm would have rung by now. */
  readonly rings: (counts: ReturnType<EnkashSandbox['stats']>) => boolean;
  /** What EnKash says when it is asked. */
  readonly answer: string;
  /** How the last step of the runbook is done here, where there is no AWS console and no EnKash. */
  readonly mend: (means: Means) => readonly string[];
};

/** EnKash's new password in a drill. */
export const drillPassword = 'changed-during-the-drill';

export const drills = {
  'login-refused': {
    alarm: 'login-refused',
    begin: (sandbox) => {
      sandbox.setPassword(drillPassword);
      sandbox.revokeTokens();
    },
    rings: ({ refused }) => refused > 0,
    answer: '"We changed the password this morning, here are the new credentials."',
    mend: ({ from, to }) => ['To save them as the current version:', `cp ${from} ${to}`],
  },
  'upstream-down': {
    alarm: 'upstream-down',
    begin: (sandbox) => sandbox.setFaults({ api: '503' }),
    rings: () => true,
    answer: '"Maintenance of the card API. We are done when you say so."',
    mend: ({ sandboxUrl }) => ['To end the maintenance:', `curl -s ${sandboxUrl}/__faults -d '{}'`],
  },
} as const satisfies Record<string, Drill>;

export type DrillName = keyof typeof drills;
export const drillNames: readonly DrillName[] = ['login-refused', 'upstream-down'];
