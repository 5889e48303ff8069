import fixture from '../fixtures/card-account-get-success.json' with { type: 'json' };
import { sandboxCredentials } from '../local/enkash-sandbox.ts';

type Hit = { readonly planted: string; readonly form: string };
export type Scanner = {
  /** Where anything that was planted occurs in a text, in whatever form; empty is good. */
  scan(text: string): Hit[];
};

/** Shorter encoded pieces would occur by chance. */
const SHORTEST_ENCODED = 8;

/** The part of a text's base64 that is the same whatever stands before and after it. */
function base64Cores(value: string): string[] {
  return [0, 1, 2].map((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)]);
    const text = bytes.toString('base64').replace(/=+$/, '');
    const first = Math.ceil((shift * 8) / 6);
    const wholeBits = bytes.length * 8 - ((bytes.length * 8) % 6);
    return text.slice(first, wholeBits / 6);
  });
}

function formsOf(value: string): [form: string, needle: string][] {
  const hex = Buffer.from(value).toString('hex');
  const cores = base64Cores(value);
  const escaped = [...value].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  const percent = [...Buffer.from(value)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const encoded: [string, string][] = [
    ['hex', hex],
    ['JSON-escaped', escaped],
    ['percent-encoded', percent],
    ...cores.flatMap((core): [string, string][] => [
      ['base64', core],
      ['base64url', core.replaceAll('+', '-').replaceAll('/', '_')],
    ]),
  ];
  return [
    ['raw', value],
    ['JSON string', JSON.stringify(value).slice(1, -1)],
    ['URL-encoded', encodeURIComponent(value)],
    ['form-encoded', new URLSearchParams({ v: value }).toString().slice(2)],
    ...encoded.filter(([, needle]) => needle.length >= SHORTEST_ENCODED),
  ];
}

const caseless = new Set(['hex', 'JSON-escaped', 'percent-encoded']);

/** @param planted what is looked for, by a name that may be printed */
export function createScanner(planted: Readonly<Record<string, string>>): Scanner {
  const needles = Object.entries(planted).flatMap(([name, value]) =>
    formsOf(value).map(([form, needle]) => ({
      name,
      form,
      needle: caseless.has(form) ? needle.toLowerCase() : needle,
    })),
  );
  return {
    scan(text) {
      const lower = text.toLowerCase();
      const found = needles.filter(({ form, needle }) => (caseless.has(form) ? lower : text).includes(needle));
      return found.map(({ name, form }) => ({ planted: name, form }));
    },
  };
}

const { partnerId, basicId, basicSecret, username, password, clientId, encryptionSecret } = sandboxCredentials;
/** EnKash's secrets as the sandbox knows them; the tokens that it issues are added when known. */
export const plantedSecrets = {
  ...{ partnerId, basicId, basicSecret, username, password, clientId, encryptionSecret },
  cardToken: fixture.payload.primaryEnKashCard.token,
};

const card = fixture.payload.primaryEnKashCard;
/** What is personal or sensitive in the sandbox's accounts (enkash-api.md section 1) and long enough to be told apart. */
export const plantedPersons = {
  firstName: card.firstName,
  email: card.email,
  mobile: card.mobile,
  userId: card.userId,
  maskedNumber: card.maskedNumber,
  cardAccountNumber: card.virtualAccountNumber,
  accountNumber: fixture.payload.virtualAccountNumber,
  ifscCode: fixture.payload.ifscCode,
  entityId: card.extEntityId,
  cardId: card.enKashCardId,
};
