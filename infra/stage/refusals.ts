import { whyNoTarget } from '../../lib/webhooks/target.ts';
import { environmentLimit, largestEnvironment } from './environment-size.ts';
import { functionTable } from './function-table.ts';
import { resourceCount, resourceLimit } from './resource-count.ts';
import { jobQueues } from './snapshot-batches.ts';
import type { StageSettings } from './stage-schema.ts';

/** What is wrong with one field of a stage: its path in the settings, and words that say the cure. */
export type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };

/** What synth or AWS would refuse, or what would break at the next change; empty when nothing would. */
export function refusalsOf(settings: StageSettings): readonly Issue[] {
  return [
    ...stageNameIssues(settings),
    ...zoneIssues(settings),
    ...nameIssues(settings),
    ...partnerIssues(settings),
    ...mailIssues(settings),
    ...webhookIssues(settings),
    ...certificateIssues(settings),
    ...auditIssues(settings),
    ...concurrencyIssues(settings),
    ...sizeIssues(settings),
  ];
}

const issue = (message: string, ...path: PropertyKey[]): Issue => ({ path, message });

const cognitoWords = ['cognito', 'amazon', 'aws'];

function stageNameIssues({ stage }: StageSettings): readonly Issue[] {
  const word = cognitoWords.find((forbidden) => stage.includes(forbidden));
  return word === undefined ? [] : [issue(`a stage name may not contain ${word}: Cognito refuses it in its domain`)];
}

/** Both regions have a, b and c; a local zone has no NAT gateway. */
function zoneIssues({ zones, region }: StageSettings): readonly Issue[] {
  const unknown = zones.flatMap((zone, index) =>
    new RegExp(`^${region}[abc]$`).test(zone)
      ? []
      : [issue(`must be a zone of ${region}: ${region}a, ${region}b or ${region}c`, 'zones', index)],
  );
  const twice = new Set(zones).size < zones.length ? [issue('names a zone twice', 'zones')] : [];
  // Subnets are numbered by position: at another place a zone would ask for a range that another still holds.
  const sorted = zones.join() === zones.toSorted().join();
  return [...unknown, ...twice, ...(sorted ? [] : [issue('must be in order, a before b; only append to it', 'zones')])];
}

/** CloudFormation's logical ids have no dashes: the outputs of `ab` and of `a-b` would be one. */
function nameIssues({ partners, callers }: StageSettings): readonly Issue[] {
  const twice = new Set(partners).size < partners.length ? [issue('names a partner twice', 'partners')] : [];
  return [
    ...twice,
    ...alike([...new Set(partners)], (text) => text.replaceAll('-', '')).map(([one, other]) =>
      issue(`${one} and ${other} differ by a dash alone, which the stack's outputs leave out: rename one`, 'partners'),
    ),
    ...alike(Object.keys(callers), (text) => text.replaceAll('-', '')).map(([one, other]) =>
      issue(`differs from ${one} by a dash alone, which the stack's outputs leave out: rename one`, 'callers', other),
    ),
  ];
}

/** Each pair of texts that the key makes equal. */
function alike(texts: readonly string[], key: (text: string) => string): readonly (readonly [string, string])[] {
  return texts.flatMap((text, index) => {
    const first = texts.slice(0, index).find((other) => key(other) === key(text));
    return first === undefined ? [] : [[first, text] as const];
  });
}

function partnerIssues({ partners, callers, snapshots }: StageSettings): readonly Issue[] {
  const rates = Object.keys(snapshots.perSecond)
    .filter((partner) => !partners.includes(partner))
    .map((partner) => issue('is not one of partners', 'snapshots', 'perSecond', partner));
  const grants = Object.entries(callers).flatMap(([caller, { grants }]) =>
    grants.flatMap(({ partner }, index) =>
      partners.includes(partner)
        ? []
        : [issue(`names ${partner}, which is not one of partners`, ...['callers', caller, 'grants', index, 'partner'])],
    ),
  );
  return [...rates, ...grants];
}

/** Combinations of values in a subscription's filter policy. */
const filterLimit = 150;

function mailIssues(settings: StageSettings): readonly Issue[] {
  const { alarmEmails, balanceEmails } = settings;
  const addresses = { alarmEmails, balanceEmails: balanceEmails.map(({ email }) => email) };
  const repeated = (['alarmEmails', 'balanceEmails'] as const).flatMap((field) =>
    alike(addresses[field], (address) => address.toLowerCase()).map(([, address]) =>
      issue(`names ${address} twice: one subscription is enough`, field),
    ),
  );
  const wide = balanceEmails.flatMap(({ companies = [], events }, index) =>
    companies.length * events.length <= filterLimit
      ? []
      : [
          issue(
            `${companies.length} companies x ${events.length} events are more than the ${filterLimit} that a filter of SNS takes: name fewer, or no companies`,
            ...['balanceEmails', index, 'companies'],
          ),
        ],
  );
  return [...repeated, ...wide];
}

function webhookIssues({ callers }: StageSettings): readonly Issue[] {
  return Object.entries(callers).flatMap(([caller, { webhook }]) => {
    const why = webhook && whyNoTarget(webhook.url);
    return why === undefined ? [] : [issue(why, 'callers', caller, 'webhook', 'url')];
  });
}

function certificateIssues({ customDomain, region, account }: StageSettings): readonly Issue[] {
  if (customDomain === undefined) return [];
  const [, , , inRegion, ofAccount] = customDomain.certificateArn.split(':');
  const at = ['customDomain', 'certificateArn'];
  return [
    ...(inRegion === region ? [] : [issue(`must be in ${region}, as the API is: issue the certificate there`, ...at)]),
    ...(account === undefined || account === ofAccount ? [] : [issue(`must be of the account ${account}`, ...at)]),
  ];
}

/** cdk-nag's packs want these; a stage that goes without is not audited, and says so. */
function auditIssues({ audited, waf, tracing, egress }: StageSettings): readonly Issue[] {
  const cure = 'where audited is true: the packs of cdk-nag want it. Or set audited to false';
  return !audited
    ? []
    : [
        ...(waf ? [] : [issue(`must be true ${cure}`, 'waf')]),
        ...(tracing ? [] : [issue(`must be true ${cure}`, 'tracing')]),
        ...(egress === 'fixed' ? [] : [issue(`must be fixed ${cure}`, 'egress')]),
      ];
}

/** What AWS keeps for functions without a reservation. */
export const unreservedConcurrency = 100;

function concurrencyIssues({ reservedConcurrency, accountConcurrency, snapshots }: StageSettings): readonly Issue[] {
  const unknown = Object.keys(reservedConcurrency)
    .filter((name) => !functionTable.some((spec) => spec.name === name))
    .map((name) => issue('is not a function', 'reservedConcurrency', name));
  const sum = Object.values(reservedConcurrency).reduce((total, each) => total + each, 0);
  const worker = reservedConcurrency['take-snapshot'];
  const { operate = 1 } = reservedConcurrency;
  const split = {
    'plan-snapshots': jobQueues.plan.atOnce + 1,
    'reconcile-snapshots': jobQueues.close.atOnce + jobQueues.backlog.atOnce + 1,
  };
  const tight = Object.entries(split).filter(([name, least]) => (reservedConcurrency[name] ?? least) < least);
  return [
    ...unknown,
    ...(sum > 0 && sum > accountConcurrency - unreservedConcurrency
      ? [
          issue(
            `reserves ${sum} executions in all; of the account's ${accountConcurrency}, AWS keeps ${unreservedConcurrency} unreserved. ` +
              'Reserve less, or have the quota raised (Service Quotas, L-B99A9384) and say so in accountConcurrency',
            'reservedConcurrency',
          ),
        ]
      : []),
    ...(operate === 1
      ? []
      : [
          issue(
            'must be 1: two operators at once would act on what the other changes',
            'reservedConcurrency',
            'operate',
          ),
        ]),
    ...tight.map(([name, least]) =>
      issue(`must be at least ${least}: its jobs and its schedule`, 'reservedConcurrency', name),
    ),
    ...(worker !== undefined && worker < snapshots.maxConcurrency
      ? [
          issue(
            `must be at least snapshots.maxConcurrency (${snapshots.maxConcurrency}), or messages end as dead letters`,
            ...['reservedConcurrency', 'take-snapshot'],
          ),
        ]
      : []),
  ];
}

function sizeIssues(settings: StageSettings): readonly Issue[] {
  const { name, bytes } = largestEnvironment(settings);
  const resources = resourceCount(settings);
  const cure = 'serve some of the partners or callers from a second stage';
  return [
    ...(bytes > environmentLimit
      ? [
          issue(
            `the variables of ${name} would have about ${bytes} bytes, and Lambda takes ${environmentLimit}: shorten names, or ${cure}`,
            Object.keys(settings.callers).length > settings.partners.length ? 'callers' : 'partners',
          ),
        ]
      : []),
    ...(resources > resourceLimit
      ? [issue(`the stack would have about ${resources} resources, and ${resourceLimit} is the limit: ${cure}`)]
      : []),
  ];
}
