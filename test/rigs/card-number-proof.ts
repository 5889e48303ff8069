import fc from 'fast-check';
import { accountFields, cardFields } from '../../lib/account/documented-fields.ts';
import type { ProofRow } from './enkash-proof.ts';
import { payload, reply, success } from './enkash-sample.ts';
import { type Outputs, sendEverywhere } from './everywhere.ts';

const SEED = 20_260_101;

/** How each network's numbers begin, and how long they are, by the networks' own pages. */
const networks = [
  ...(['4:13', '4:16', '4:19', '51:16', '55:16', '2221:16', '2720:16', '34:15', '37:15', '6011:16', '644:16'] as const),
  ...([
    '65:16',
    '300:14',
    '36:14',
    '38:14',
    '3528:16',
    '3589:16',
    '508:16',
    '60:16',
    '81:16',
    '82:16',
    '50:16',
  ] as const),
  ...(['5018:13', '6304:19', '6759:16', '62:16', '62:19'] as const),
] as const;
const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 19, maxLength: 19 });
const pans = fc.tuple(fc.constantFrom(...networks), digits).map(([network, filler]) => {
  const [prefix = '', length = '16'] = network.split(':');
  const open = `${prefix}${filler}`.slice(0, Number(length) - 1);
  return [...'0123456789'].map((check) => open + check).find(passesLuhn) ?? '';
});

function passesLuhn(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** Digits as the world writes them, by the runtime's own tables. */
const scripts = ['latn', 'fullwide', 'deva', 'beng', 'arab', 'tamldec', 'mathmono'].map((numberingSystem) =>
  [...'0123456789'].map((digit) => new Intl.NumberFormat('en', { numberingSystem }).format(Number(digit))),
);
const toAscii = new Map(scripts.flatMap((script) => script.map((written, digit) => [written, `${digit}`] as const)));

const texts = fc.record({
  script: fc.constantFrom(...scripts),
  // The last two are a control character, of which a mail makes a space, and a letter, which a subject loses.
  separator: fc.constantFrom('', '', ' ', '-', '\u00a0', '\u2011', '\u200b', '\n', '\u0336', '\u0001', 'क'),
  /** Whether the account has a title, beside which the company's name is shown. */
  titled: fc.boolean(),
  around: fc.constantFrom(['', ''], ['Card ', '.'], ['x', 'y'], ['(', ')'], ['No ', ' 12/29'], ['= ', '']),
});

/** Numbers that are nobody's card: each must come out as it went in. */
const others = fc.record({
  text: fc.constantFrom(
    '9000000001',
    '4111111111111112',
    '12345678901234567890',
    '1234567890123452',
    'INR 898138.00',
    'Ｔｅｓｔ',
    '411111111111',
  ),
  count: fc.constantFrom(57, 4_111_111_111_111_112, 1_234_567_890_123_452, 9_000_000_001, 34.5),
  // The first three would be cards, were they no amounts.
  amount: fc.constantFrom(4_222_222_222_222, 3_530_111_333_300, 5_018_000_000_009.5, 898_138, -990_553.44, 0.05),
  // As would these ids; they are the ids asked for.
  account: fc.constantFrom('CATEST001', 'CA5555555555554444', 'CAx378282246310005'),
});

const plantedKeys = (table: Readonly<Record<string, string>>, kind: string): string[] =>
  Object.keys(table).filter((key) => table[key] === kind);

/** A card number in every text, label and count of a table. */
function plant(table: Readonly<Record<string, string>>, text: string, pan: string): Record<string, unknown> {
  const label = { name: text, label: text, description: text };
  return Object.fromEntries([
    ...[...plantedKeys(table, 'text'), ...plantedKeys(table, 'pan')].map((key) => [key, text]),
    ...plantedKeys(table, 'label').map((key) => [key, label]),
    ...plantedKeys(table, 'count').map((key) => [key, Number(pan)]),
  ]);
}

/** Failures with the number wherever EnKash, or what stands before it, could write it. */
const failures = fc.constantFrom<(text: string, pan: string) => ReturnType<typeof reply>>(
  (text, pan) => reply({ response_code: 1, response_message: text, payload: text, data: Number(pan) }),
  (text) => reply({ response_code: 1, response_message: text, payload: text }, { status: 404 }),
  (text, pan) => reply({ response_code: Number(pan), response_message: text, payload: text }),
  (text, pan) => reply({ code: pan, message: text }, { status: 422 }),
  (text, pan) => reply({ code: Number(pan), message: text }, { status: 400 }),
  (text) => reply({ error: text, error_description: text }, { status: 403, contentType: `text/${text}` }),
  (text) => reply(`<html>${text}</html>`, { status: 503, contentType: 'text/html', retryAfter: text }),
  (text, pan) => reply({ ...success, payload: { ...payload, availableBalance: text, [pan]: pan } }),
  (text, pan) => reply({ ...success, payload: { ...payload, companyId: text, cardAccountId: pan } }),
  (_text, pan) => reply({ ...success, payload: { ...payload, availableBalance: [Number(pan)] } }),
  (text) => reply(text),
);

const bankAccount = 'virtualAccountNumber';
/** Where a bank account's number is a part of the answer. */
const showsBankAccount = new Set(['full', 'drop-in']);

/** Whether any text or number of an output satisfies `shows`: JSON, lines of JSON, or plain text. */
function someLeaf(door: string, output: string, shows: (leaf: string) => boolean): boolean {
  if (door.startsWith('mail') && door !== 'mail, its attributes') return shows(output);
  if (door.endsWith('as CSV') || door === 'webhook, its id') return output.split(/\r\n|,/).some(shows);
  const walk = (value: unknown): boolean => {
    if (typeof value === 'string' || typeof value === 'number') return shows(`${value}`);
    if (!(value instanceof Object)) return false;
    return Object.entries(value).some(([name, inner]) => {
      const isAllowed = name === bankAccount && showsBankAccount.has(door);
      return shows(name) || (!isAllowed && walk(inner));
    });
  };
  return output.split('\n').some((line) => line !== '' && walk(JSON.parse(line)));
}

/** Digits side by side, whatever stands between them. */
function bare(text: string): string {
  if (text.length < 11) return '';
  if (!/\P{ASCII}/u.test(text)) return /\d/.test(text) ? text.replaceAll(/[\s-]/g, '') : '';
  const plain = text.normalize('NFKC').replaceAll(/[\s\p{Pd}\p{Cf}\p{M}]/gu, '');
  return plain.replaceAll(/\P{ASCII}/gu, (one) => toAscii.get(one) ?? one);
}

/** More of a number than its first six and last four would be seen by any eleven digits of it. */
function doorsThatShow(pan: string, outputs: Outputs): string[] {
  const pieces = Array.from({ length: pan.length - 10 }, (_, from) => pan.slice(from, from + 11));
  const shows = (leaf: string): boolean => {
    const text = bare(leaf);
    return text !== '' && pieces.some((piece) => text.includes(piece));
  };
  return [...outputs].flatMap(([door, output]) => (someLeaf(door, output, shows) ? [door] : []));
}

const inRupees = new Intl.NumberFormat('en-IN', { minimumFractionDigits: 2 });

type Others = { text: string; count: number; amount: number; account: string };

/** What came out otherwise than it went in. */
function changes(outputs: Outputs, pan: string, { text, count, amount, account }: Others): string[] {
  const out = (door: string): string => outputs.get(door) ?? '';
  const json = (door: string) => JSON.parse(out(door));
  const decimal = amount.toFixed(2);
  const [summary, full, dropIn] = [json('summary'), json('full'), json('drop-in').payload];
  const facts: Readonly<Record<string, boolean>> = {
    'an amount': [summary, full, json('batch').items[0].account].every(
      ({ balances }) => balances.available === decimal,
    ),
    'an amount of the drop-in': dropIn.availableBalance === amount && dropIn.primaryEnKashCard.otbBalance === amount,
    'an amount of the history': json('slots').items[0].balances.available === decimal,
    'an amount of a day': json('days').items[0].close.available === decimal,
    'an amount of the company': json('company').items[0].close.available === decimal,
    'an amount of a CSV': ['slots', 'days', 'company'].every((door) => out(`${door} as CSV`).includes(`,${decimal},`)),
    'an amount of the list': json('list').items[0].latest.balances.available === decimal,
    'an amount of an event': [json('bus'), json('webhook'), json('events').items[0]].every(
      ({ data }) => data.value === decimal,
    ),
    'an amount of a mail': out('mail').includes(`Available: ₹${inRupees.format(amount)}\n`),
    'an amount of a subject': out('mail, its subject').endsWith(`, INR ${inRupees.format(amount)}`),
    'a text': full.details.bankName === text && full.primaryCard.lastName === text && dropIn.bankName === text,
    'a count': full.details.usedMtdCount === count && dropIn.usedMtdCount === count && summary.cards.active === 34,
    'a count that is a card number': summary.cards.total === null && (dropIn.totalRewards ?? null) === null,
    'a bank account': [full.details, full.primaryCard, dropIn].every((fields) => fields[bankAccount] === pan),
    'an instant': full.details.createdOn === '2023-08-09T05:49:46Z',
    'an id': [
      ...[summary, full, dropIn, dropIn.primaryEnKashCard, full.primaryCard, json('bus').data, json('list').items[0]],
      ...[json('batch').items[0], json('company').items[0], json('webhook').data, json('events').items[0].data],
    ].every(({ cardAccountId }) => cardAccountId === account),
    'an id of a mail':
      out('mail').includes(`/card-accounts/${account}/balances`) && out('company as CSV').includes(`,${account},`),
  };
  return Object.entries(facts).flatMap(([what, holds]) => (holds ? [] : [`changed: ${what}`]));
}

/**
 * R22: card numbers of every network, in digits of any script, in every text and count that EnKash sends; looked for at every
 * door of the service. And no other number changed.
 */
export async function proveCardNumbers(count: number, seed = SEED): Promise<ProofRow> {
  const wrong: string[] = [];
  let doors = 0;
  const property = fc.asyncProperty(pans, texts, others, failures, async (pan, how, other, failure) => {
    const { script, separator, around, titled } = how;
    const written = [...pan].map((digit) => script[Number(digit)]);
    const groups = Array.from({ length: Math.ceil(pan.length / 4) }, (_, at) =>
      written.slice(4 * at, 4 * at + 4).join(''),
    );
    const text = `${around[0]}${groups.join(separator)}${around[1]}`;
    const ids = { companyId: 'CEKTEST001', cardAccountId: other.account };
    const card = { ...Object(payload.primaryEnKashCard), ...plant(cardFields, text, pan), ...ids };
    const body = {
      ...payload,
      ...plant(accountFields, text, pan),
      ...{
        companyName: text,
        accountTitle: titled ? text : null,
        accountType: text,
        totalCards: Number(pan),
        activeCards: 34,
      },
      ...{
        bankName: other.text,
        usedMtdCount: other.count,
        [bankAccount]: pan,
        availableBalance: other.amount,
        ...ids,
      },
      primaryEnKashCard: { ...card, lastName: other.text, otbBalance: other.amount, [bankAccount]: pan },
    };
    const outputs = await sendEverywhere(ids, reply({ ...success, payload: body }), failure(text, pan));
    doors = outputs.size;
    wrong.push(...doorsThatShow(pan, outputs).map((door) => `a card number of ${pan.slice(0, 2)} in: ${door}`));
    wrong.push(...changes(outputs, pan, other));
  });
  await fc.assert(property, { numRuns: count, seed });
  return {
    id: 'R22',
    figure: `card numbers of every network in every text and count, and in failures: ${doors} outputs (views, batch, list, histories, CSV, event, mail, webhook, rows, log, metrics); any other number changed`,
    required: `0 of ${count}`,
    measured: `${wrong.length} of ${count}${wrong.length > 0 ? `: ${wrong[0]}` : ''}`,
    ok: wrong.length === 0 && doors > 30,
  };
}
