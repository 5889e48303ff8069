import type { Log } from '../log.ts';
import type { Metric } from '../metrics.ts';
import type { GateEvent } from './memory.ts';

/** What the gate tells operators: a metric for each alarm, and a line that says which version and why. */
export function reportGate(log: Log, metric: Metric): (event: GateEvent) => void {
  return (event) => {
    const { partner } = event;
    switch (event.kind) {
      case 'login': {
        const { login, outcome, evidence, versionId, failures } = event;
        metric('LoginOutcomes', 1, { partner, outcome });
        const level = outcome === 'accepted' ? 'info' : 'warn';
        return log(level, 'login', { partner, login, outcome, evidence, secretVersion: versionId, count: failures });
      }
      case 'control':
        return log('warn', 'login-control', { partner, login: event.login, evidence: event.evidence });
      case 'closed':
        metric('GateClosed', 1, { partner });
        return log('error', 'gate-closed', { partner, reason: event.reason });
      case 'unreachable':
        metric('GateUnreachable', 1, { partner });
        return log('error', 'gate-unreachable', { partner });
      case 'token-dead':
        return log('warn', 'token-dead', { partner });
      case 'token-refused':
        metric('FreshTokenRefused', 1, { partner });
        return log('error', 'token-refused', { partner });
    }
  };
}
