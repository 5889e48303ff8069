import { IST_OFFSET_MS } from '../calendar.ts';
import { maskCardNumbers } from '../card-numbers.ts';
import { formatPaise, type Paise } from '../money.ts';

/** What an event tells people; machines read its other fields. */
export type Told = {
  readonly event: 'low' | 'recovered' | 'unknown' | 'watchEnded' | 'readingsUnavailable' | 'readingsRestored';
  readonly companyId: string;
  /** Null in an event about all accounts of a company. */
  readonly cardAccountId: string | null;
  /** As EnKash last stated them, card numbers masked. */
  readonly companyName: string | null;
  readonly accountTitle: string | null;
  /** When it was decided; epoch ms. */
  readonly at: number;
  readonly value: Paise | null;
  /** The last slot with a value; epoch ms. */
  readonly lastMeasuredAt: number | null;
  readonly rule: {
    readonly name: string;
    readonly balance: 'available' | 'availableOnCards';
    readonly below: Paise;
    readonly recoverAt: Paise;
  } | null;
};

export type EventText = {
  /** ASCII, under 100 characters: the subject of a mail. */
  readonly title: string;
  /** Plain text in short lines, for a phone. */
  readonly text: string;
};

/** SNS takes a subject of fewer than 100 ASCII characters. */
const SUBJECT_MAX = 99;
/** Of a company's or an account's title in a subject: shorter says nothing. */
const NAME_MIN = 12;

const headings = {
  low: 'Low balance',
  recovered: 'Balance recovered',
  unknown: 'Balance unknown',
  watchEnded: 'Balance no longer watched',
  readingsUnavailable: 'Balances cannot be read',
  readingsRestored: 'Balances are read again',
} as const satisfies Record<Told['event'], string>;

/** Title and text of an event: names instead of ids, Indian digit grouping, times in IST. */
export function eventText(told: Told): EventText {
  return { title: titleOf(told), text: textOf(told) };
}

/** Only names are shortened: what happened and the amount stay whole. */
function titleOf(told: Told): string {
  const { event, companyId, cardAccountId, companyName, accountTitle, value } = told;
  const company = ascii(companyName);
  const account = ascii(accountTitle);
  const names = [company ?? companyId, ...(cardAccountId === null ? [] : [account ?? cardAccountId])];
  const amount = value === null || event === 'unknown' ? '' : `, INR ${grouped(value)}`;
  const room = SUBJECT_MAX - `${headings[event]}: `.length - amount.length - ' - '.length * (names.length - 1);
  const shown = shortened(names, room).join(' - ');
  // Two names side by side may be a card number that neither was; an id is never rewritten.
  const safe = company === null || account === null ? shown : maskCardNumbers(shown);
  return `${headings[event]}: ${safe}${amount}`;
}

/** The longest name gives way first. */
function shortened(names: readonly string[], room: number): string[] {
  const cut = [...names];
  for (let over = total(cut) - room; over > 0; over = total(cut) - room) {
    const longest = cut.reduce((best, name, index) => (name.length > (cut[best]?.length ?? 0) ? index : best), 0);
    const name = cut[longest] ?? '';
    if (name.length <= NAME_MIN) break;
    cut[longest] = `${name.slice(0, Math.max(NAME_MIN - 3, name.length - Math.max(over, 1) - 3)).trimEnd()}...`;
  }
  return cut;
}

function total(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + name.length, 0);
}

/** Accents go; a name of which little is left in ASCII is not used. */
function ascii(name: string | null): string | null {
  const plain = oneLine(name).normalize('NFKD').replace(/\p{M}/gu, '');
  const kept = plain
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/ {2,}/g, ' ')
    .trim();
  // Without its accents a name may be a card number that it was not before.
  return kept.length * 2 > plain.length ? maskCardNumbers(kept) : null;
}

/** A title that holds line ends or invisible characters could write lines of its own into the mail. */
function oneLine(name: string | null): string {
  return maskCardNumbers((name ?? '').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim());
}

function textOf(told: Told): string {
  const { companyId, cardAccountId, companyName, accountTitle, rule } = told;
  const lines = [
    `${headings[told.event]}`,
    '',
    `Company: ${named(companyName, companyId)}`,
    ...(cardAccountId === null ? [] : [`Account: ${named(accountTitle, cardAccountId)}`]),
    ...measured(told),
    ...(rule === null
      ? []
      : [`Rule "${rule.name}": low below ₹${grouped(rule.below)}, well again from ₹${grouped(rule.recoverAt)}`]),
    `Since: ${istText(told.at)}`,
    '',
    `What to do: ${advice(told)}`,
    `Where to look: GET ${whereOf(told)}`,
  ];
  return lines.join('\n');
}

function named(name: string | null, id: string): string {
  const shown = oneLine(name);
  return shown === '' ? id : `${shown} (${id})`;
}

function measured({ event, value, lastMeasuredAt, rule }: Told): string[] {
  if (event === 'unknown') {
    return [`Last measured: ${lastMeasuredAt === null ? 'never' : istText(lastMeasuredAt)}`];
  }
  if (value === null) return [];
  return [`${rule?.balance === 'availableOnCards' ? 'Available on cards' : 'Available'}: ₹${grouped(value)}`];
}

function advice({ event, rule }: Told): string {
  const back = rule === null ? '' : ` A message follows when the balance is ₹${grouped(rule.recoverAt)} or more.`;
  switch (event) {
    case 'low':
      return `add money to this account, or lower the limit of the rule.${back}`;
    case 'recovered':
      return 'nothing. The balance is above the limit again.';
    case 'unknown':
      return 'do not take the last balance for the current one; look at the account in EnKash. A message follows when it is known again.';
    case 'watchEnded':
      return 'nothing, if that was meant. No warning about this account comes any more.';
    case 'readingsUnavailable':
      return 'do not take the last balances for the current ones. Whoever runs the service has been told; a message follows when balances are read again.';
    case 'readingsRestored':
      return 'nothing. Warnings about single accounts come again.';
  }
}

function whereOf({ companyId, cardAccountId }: Told): string {
  const company = `/v1/companies/${companyId}`;
  return cardAccountId === null ? `${company}/balances` : `${company}/card-accounts/${cardAccountId}/balances`;
}

/** Indian grouping: the last three digits, then pairs: 12,34,567.50. */
export function grouped(paise: Paise): string {
  return formatPaise(paise).replace(/(\d)(?=(\d\d)+\d\.)/g, '$1,');
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `25 Nov 2026, 12:00 IST`. @param epochMs milliseconds since 1970 */
export function istText(epochMs: number): string {
  const ist = new Date(epochMs + IST_OFFSET_MS);
  const time = ist.toISOString().slice(11, 16);
  return `${ist.getUTCDate()} ${months[ist.getUTCMonth()]} ${ist.getUTCFullYear()}, ${time} IST`;
}
