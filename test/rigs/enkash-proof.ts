import fc from 'fast-check';
import { dropInSchema, dropInView } from '../../lib/account/drop-in-view.ts';
import { liveFreshness } from '../../lib/account/freshness.ts';
import { fullView, fullViewSchema } from '../../lib/account/full-view.ts';
import { summaryView, summaryViewSchema } from '../../lib/account/summary-view.ts';
import { maskPan } from '../../lib/card-numbers.ts';
import { createCipher } from '../../lib/enkash/cipher.ts';
import { UpstreamError } from '../../lib/errors.ts';
import { startClient } from './client-rig.ts';
import { asked, payload, reply, sealed, success } from './enkash-sample.ts';

/** A figure of reliability.md as measured. */
export type ProofRow = {
  readonly id: string;
  readonly figure: string;
  readonly required: string;
  readonly measured: string;
  readonly ok: boolean;
  /** What it needs is not here. */
  readonly skipped?: boolean;
};

const card: Record<string, unknown> = { ...Object(payload.primaryEnKashCard) };
const SEED = 20_260_101;
const freshness = liveFreshness(0, 0);

const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 13, maxLength: 19 });
const pans = fc
  .tuple(digits, fc.constantFrom('', ' ', '-'))
  .map(([pan, separator]) => (pan.match(/.{1,4}/g) ?? []).join(separator));
/** Values of every JSON type, with those that EnKash could plausibly send over-represented. */
const values = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(null, 0, -1.5, 1005.2900000000001, true, '', 'A', '2023-08-09 22:30:07'),
  fc.record(
    { name: fc.string(), label: fc.string(), token: fc.string(), description: fc.string() },
    { requiredKeys: [] },
  ),
);
const changed = (keys: readonly string[]) =>
  fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 12 })), values, { maxKeys: 5 });
/** The documented payload with anything changed on both levels; the ids asked for mostly stay. */
const payloads = fc
  .record({
    account: changed(Object.keys(payload)),
    ofCard: changed(Object.keys(card)),
    pan: pans,
    keepsIds: fc.nat(9),
  })
  .map(({ account, ofCard, pan, keepsIds }) => ({
    pan,
    body: {
      ...payload,
      primaryEnKashCard: { ...card, ...ofCard, maskedNumber: pan },
      ...account,
      ...(keepsIds > 0 ? asked : {}),
    },
  }));

/** R13: what leaves for arbitrary upstream payloads. */
export async function proveOutputKeys(count: number, seed = SEED): Promise<ProofRow> {
  let answered = 0;
  const wrong: string[] = [];
  const property = fc.asyncProperty(payloads, async ({ pan, body }) => {
    const { read, readFull } = startClient(() => reply({ ...success, payload: body }));
    try {
      const summary = summaryView((await read()).account, freshness);
      if (!summaryViewSchema.safeParse(summary).success) wrong.push('a summary outside the contract');
      const { account } = await readFull();
      const shown = [fullView(account, freshness), dropInView(account)];
      if (!fullViewSchema.safeParse(shown[0]).success) wrong.push('a full view outside the contract');
      if (!dropInSchema.safeParse(shown[1]).success) wrong.push('a drop-in answer outside the contract');
      const text = JSON.stringify([summary, ...shown.map((view) => ({ ...view }))]);
      const middle = pan.replaceAll(/\D/g, '').slice(6, -4);
      const masked = account.primaryCard?.maskedNumber;
      if (masked !== undefined && masked !== maskPan(pan)) wrong.push('a card number masked otherwise');
      if (text.includes(String(card.token))) wrong.push('the card token');
      if (text.includes(pan) || (middle.length > 6 && text.includes(middle)))
        wrong.push('a card number beyond first six and last four');
      answered += 1;
    } catch (error) {
      if (!(error instanceof UpstreamError)) wrong.push(`thrown: ${Object(error).name}`);
    }
  });
  await fc.assert(property, { numRuns: count, seed });
  return {
    id: 'R13',
    figure: 'arbitrary upstream payloads: output keys within the contract, no PAN beyond first six and last four',
    required: `0 of ${count} outside`,
    measured: `${wrong.length} of ${count} outside, ${answered} answered${wrong.length > 0 ? `: ${wrong[0]}` : ''}`,
    ok: wrong.length === 0 && answered > count / 10,
  };
}

type Spoilt = { readonly how: string; readonly base64: string };
const spoilt: fc.Arbitrary<Spoilt> = fc.oneof(
  fc.string({ minLength: 1, unit: 'binary' }).map((encryptionSecret) => ({
    how: 'another key',
    base64: JSON.parse(sealed(success, 'request', createCipher({ encryption: 'aes-128-ecb', encryptionSecret })))
      .request,
  })),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
    const bytes = ciphertext();
    const index = at % bytes.length;
    bytes[index] = (bytes[index] ?? 0) ^ mask;
    return { how: 'a changed byte', base64: bytes.toString('base64') };
  }),
  fc.nat().map((at) => ({
    how: 'a cut',
    base64: ciphertext()
      .subarray(0, at % ciphertext().length)
      .toString('base64'),
  })),
  fc.uint8Array({ minLength: 16, maxLength: 4_096 }).map((bytes) => ({
    how: 'random bytes',
    base64: Buffer.from(bytes).toString('base64'),
  })),
  fc.string({ unit: 'binary' }).map((base64) => ({ how: 'no base64', base64 })),
);
const ciphertext = (): Buffer => Buffer.from(JSON.parse(sealed(success)).request, 'base64');

/**
 * R14: replies under a wrong key or corrupted, through the whole read path. One seed, because ECB has no integrity: a
 * changed block that decrypts to legal text inside a label, once in some hundred thousand, could be told by nobody.
 */
export async function proveSpoiltReplies(count: number, seed = SEED): Promise<ProofRow> {
  const accepted = new Map<string, number>();
  const crashes: string[] = [];
  const property = fc.asyncProperty(spoilt, async ({ how, base64 }) => {
    const { readFull } = startClient(() => reply({ request: base64 }));
    try {
      await readFull();
      accepted.set(how, (accepted.get(how) ?? 0) + 1);
    } catch (error) {
      const typed = error instanceof UpstreamError && /^UPSTREAM_(UNREADABLE|MISMATCH)$/.test(error.code);
      if (!typed) crashes.push(`${how}: ${Object(error).name} ${Object(error).code}`);
    }
  });
  await fc.assert(property, { numRuns: count, seed });
  const total = [...accepted.values()].reduce((sum, times) => sum + times, 0);
  const ways = [...accepted].map(([how, times]) => `${how} ${times}`).join(', ');
  return {
    id: 'R14',
    figure: 'replies under a wrong key or corrupted: accepted, crashes',
    required: `0 and 0 of ${count}`,
    measured: `${total} accepted${ways && ` (${ways})`}, ${crashes.length} crashes${crashes.length > 0 ? `: ${crashes[0]}` : ''}`,
    ok: total === 0 && crashes.length === 0,
  };
}
