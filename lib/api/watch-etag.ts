import type { Watch } from '../balances/watch-store.ts';
import { AppError } from '../errors.ts';
import type { Precondition } from '../snapshots/watch-account.ts';

/** Changes with the rules, and when the account is watched anew; the phase of a rule does not change it. */
export function etagOf({ edition }: Pick<Watch, 'edition'>): string {
  return `"${edition.toString(36)}"`;
}

type Conditions = { readonly ifMatch: string | undefined; readonly ifNoneMatch: string | undefined };

/** `If-Match` and `If-None-Match: *` (RFC 9110, 13.1), asked of what is there when it is changed. */
export function preconditionOf({ ifMatch, ifNoneMatch }: Conditions): Precondition {
  return (watch) => {
    const current = watch !== undefined && watch.end === null ? etagOf(watch) : undefined;
    if (ifMatch !== undefined && !matches(ifMatch, current)) throw new AppError('PRECONDITION_FAILED');
    if (ifNoneMatch !== undefined && matches(ifNoneMatch, current)) throw new AppError('PRECONDITION_FAILED');
  };
}

function matches(header: string, current: string | undefined): boolean {
  if (current === undefined) return false;
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim() === current);
}
