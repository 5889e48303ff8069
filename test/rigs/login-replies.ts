import type { FailureKind, TransportResult } from '../../lib/enkash/transport.ts';

export const now = Date.parse('2026-01-01T00:00:00Z');

export const failed = (why: FailureKind, sent: boolean): TransportResult => ({
  kind: 'failed',
  sent,
  why,
  reusedSocket: false,
});

export const refused = { kind: 'refused' };

export const possible = { kind: 'possible', silent: false };

export const turnedAway = { kind: 'turned-away' };

export const accepted = (token: string, statedLifeMs?: number) => ({ kind: 'accepted', token, statedLifeMs });

export const error = { error: 'invalid_grant', error_description: 'Bad credentials' };
