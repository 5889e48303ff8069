import type { Version } from '../../lib/login-gate/content.ts';
import type { GateItem, TokenFacts } from '../../lib/login-gate/item.ts';
import type { LoginOutcome } from '../../lib/login-gate/outcome.ts';
import { type AfterPossible, claim, count, open, settle } from '../../lib/login-gate/transitions.ts';

export const now = 1_000_000_000;

export const at = { sent: now, replied: now + 300 };

export const empty = open(undefined, 'login', true);

export const v = (name: string, pair = 'pair'): Version => ({
  versionId: name,
  content: `c-${name}`,
  pair,
  createdAt: undefined,
});

export const token: TokenFacts = {
  ...{ id: 'id', content: 'c-v1', partner: 'acme', versionId: 'v1' },
  ...{ issuedAt: now, mayEndAt: now + 299_000, endsAt: now + 300_000, dead: false },
};

export const leasedFor = (item: GateItem, version = v('v1')) =>
  count(claim(item, 'p1', now), 'p1', 'acme', version, now);

export const outcomeOf = (
  item: GateItem,
  outcome: LoginOutcome,
  fresh?: TokenFacts,
  how: AfterPossible = 'control',
): GateItem => {
  if (!item.lease) throw new Error('no lease');
  return settle(item, item.lease, outcome, at, fresh, how);
};
