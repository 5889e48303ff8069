import type { StageSettings } from './stage-schema.ts';

/** What is legal and of no use, or of less than it seems; a person decides. */
export function remarksOf(settings: StageSettings): readonly string[] {
  return [
    ...mailRemarks(settings),
    ...callerRemarks(settings),
    ...sharedCompanyRemarks(settings),
    ...partnerRemarks(settings),
    ...paceRemarks(settings),
    ...(settings.waf || settings.wafRate === 3000 ? [] : ['wafRate has no effect: waf is false']),
    ...(settings.throttle.burst < settings.throttle.rate
      ? [
          `throttle.burst (${settings.throttle.burst}) is less than a second of throttle.rate: even callers are throttled`,
        ]
      : []),
  ];
}

function mailRemarks({ alarmEmails, balanceEmails }: StageSettings): readonly string[] {
  return [
    ...(alarmEmails.length === 0 ? ['alarmEmails is empty: alarms reach nobody'] : []),
    ...(balanceEmails.length === 0 ? ['balanceEmails is empty: balance events reach no mailbox'] : []),
  ];
}

function callerRemarks({ callers }: StageSettings): readonly string[] {
  const entries = Object.entries(callers);
  return [
    ...(entries.length === 0 ? ['callers is empty: nobody can call the API'] : []),
    ...entries.flatMap(([name, { scopes, grants }]) => [
      ...(grants.length === 0 ? [`caller ${name} has no grants: it reads nothing`] : []),
      ...(scopes.includes('read')
        ? []
        : [`caller ${name} lacks the scope read: it lists nothing and reads no balances`]),
      ...repeats(grants.map((grant) => JSON.stringify(grant))).map(() => `caller ${name} has a grant twice`),
      ...repeatedCompanies(grants).map(
        (company) =>
          `caller ${name} has ${company} through two partners: the first grant that covers an account counts`,
      ),
    ]),
  ];
}

/** Across callers, where no caller by itself has two. */
function sharedCompanyRemarks({ callers }: StageSettings): readonly string[] {
  const grants = Object.values(callers).flatMap((caller) => caller.grants);
  return [...Map.groupBy(grants, ({ companyId }) => companyId)].flatMap(([company, list]) => {
    const partners = [...new Set(list.map(({ partner }) => partner))];
    return partners.length > 1
      ? [
          `${company} is granted through ${partners.join(' and ')}: the caller who began a watch has its snapshots read through its own partner`,
        ]
      : [];
  });
}

function repeatedCompanies(grants: StageSettings['callers'][string]['grants']): readonly string[] {
  const pairs = new Set(grants.map(({ partner, companyId }) => `${companyId} ${partner}`));
  return repeats([...pairs].map((pair) => pair.split(' ')[0] ?? ''));
}

function repeats(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.filter((text, index) => texts.indexOf(text) < index))];
}

function partnerRemarks({ partners, callers }: StageSettings): readonly string[] {
  const granted = new Set(Object.values(callers).flatMap(({ grants }) => grants.map(({ partner }) => partner)));
  return partners.filter((partner) => !granted.has(partner)).map((partner) => `partner ${partner} is in no grant`);
}

/** Accounts that the settings name by id for each partner; a grant of a whole company names none. */
export function namedAccounts({ callers }: StageSettings, partner: string): number {
  const grants = Object.values(callers).flatMap((caller) => caller.grants);
  const keys = grants
    .filter((grant) => grant.partner === partner)
    .flatMap(({ companyId, cardAccountIds = [] }) => cardAccountIds.map((id) => `${companyId} ${id}`));
  return new Set(keys).size;
}

/** Seconds in which a slot may be measured. */
export function windowSeconds({ everyMinutes, snapshots }: StageSettings): number {
  return Math.min(everyMinutes * 60, snapshots.lateSeconds);
}

function paceRemarks(settings: StageSettings): readonly string[] {
  const { everyMinutes, snapshots } = settings;
  const slow = Object.entries(snapshots.perSecond).flatMap(([partner, rate]) => {
    const readable = Math.floor(rate * windowSeconds(settings));
    const named = namedAccounts(settings, partner);
    return named > readable
      ? [
          `snapshots.perSecond.${partner}: ${rate} a second reads ${readable} accounts in a slot, and grants name ${named}`,
        ]
      : [];
  });
  return [
    ...slow,
    ...(snapshots.lateSeconds > everyMinutes * 60
      ? [
          `snapshots.lateSeconds is longer than the period: a slot may be measured for ${everyMinutes * 60} s all the same`,
        ]
      : []),
    ...(snapshots.lateSeconds < 120
      ? [
          'snapshots.lateSeconds under 120: the Scheduler is exact to the minute, so half the window may be over at the start',
        ]
      : []),
  ];
}
