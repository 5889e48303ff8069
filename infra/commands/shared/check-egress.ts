import { isIPv4 } from 'node:net';
import { type Finding, ok, skipped, wrong } from './finding.ts';
import type { Egress } from './stage-facts.ts';

const check = 'egress address';

/** @param allowListed what EnKash says it has on its list, where known */
export function checkEgress(egress: Egress, allowListed: readonly string[] | undefined): Finding {
  switch (egress.kind) {
    case 'local':
      return skipped(check, 'a local stage has none');
    case 'open':
      return skipped(check, 'egress is open: calls leave by changing addresses, which EnKash cannot allow-list');
    case 'fixed':
      return checkFixed(egress.zones, egress.addresses, allowListed);
  }
}

function checkFixed(
  zones: readonly string[],
  addresses: readonly string[],
  allowListed: readonly string[] | undefined,
): Finding {
  const bare = zones.filter((_, index) => !isIPv4(addresses[index] ?? ''));
  if (bare.length > 0) {
    return wrong(check, `the stack has put out none for ${bare.join(', ')}`, 'Deploy this version of the stack.');
  }
  const all = addresses.join(', ');
  if (allowListed === undefined)
    return ok(check, `${all}, one per zone; EnKash must hold exactly these (--allow-listed compares)`);
  const missing = addresses.filter((address) => !allowListed.includes(address));
  const extra = allowListed.filter((address) => !addresses.includes(address));
  if (missing.length > 0) {
    return wrong(
      check,
      `${missing.join(', ')} is not on EnKash's list`,
      'Have EnKash add it, in sandbox and production alike.',
    );
  }
  if (extra.length > 0) {
    return wrong(check, `EnKash's list also holds ${extra.join(', ')}`, 'Not ours: have EnKash remove it.');
  }
  return ok(check, `${all}: as on EnKash's list`);
}
