import { accountFields, cardFields } from '../account/documented-fields.ts';

/**
 * What of a reply may be shown: key paths with JSON types. Even a key can be a person or a token in a surprising reply, so
 * of a key only words that the documentation uses are shown, and an asterisk stands for each other one.
 */
export type Shape = string[];

const MAX_DEPTH = 8;
const MAX_PATHS = 400;
const MAX_ELEMENTS = 50;
const MAX_KEY = 64;

/** Keys of enkash-api.md beside the account's and the card's fields, and what APIs commonly call the parts of a failure. */
const otherKeys = `
  response_code response_message payload request response code message result resultCode resultMessage status success
  error error_description errors errorCode errorMessage details description detail reason cause trace path timestamp time
  date exception type title data body content value values items list total count page limit access_token token_type
  refresh_token expires_in scope accessToken tokenType expiresIn refreshToken token expiry jti id ids key name label
  company companyId companyName cardAccountId account card accounts cards availableBalance totalCards activeCards
  totalAllocationPoint totalRedemptionPoint currentMonthAllocationPoint currentMonthRedemptionPoint availableCardBalance
  usedCreditLimit creditLimit accountTitle primaryEnKashCard currency amount balance point points number locked attempts
  remaining retry after user partner client api version field fields required invalid unauthorized forbidden`;

const documented = new Set([
  ...Object.keys(accountFields),
  ...Object.keys(cardFields),
  ...otherKeys.trim().split(/\s+/),
]);
const words = new Set([...documented].flatMap((key) => partsOf(key).map((part) => part.toLowerCase())));

function partsOf(key: string): string[] {
  return key.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^A-Za-z\d]+/g) ?? [];
}

/** A key with its undocumented words masked, e.g. `reward*Summary`. */
export function maskKey(key: string): string {
  if (documented.has(key)) return key;
  if (key.length > MAX_KEY) return '*';
  return partsOf(key)
    .map((part) => (words.has(part.toLowerCase()) || /^[_.-]$/.test(part) ? part : '*'))
    .join('')
    .replaceAll(/\*+/g, '*');
}

/** Key paths with their JSON types, such as `payload.availableBalance: number (two decimals)`, sorted. */
export function shapeOf(value: unknown): Shape {
  const found = new Map<string, Set<string>>();
  collect(value, '', 0, found);
  const lines = [...found].map(([path, types]) => `${path || '(whole body)'}: ${[...types].sort().join(' or ')}`);
  return lines.length < MAX_PATHS ? lines.sort() : [...lines.sort(), '(more paths were left out)'];
}

function collect(value: unknown, path: string, depth: number, found: Map<string, Set<string>>): void {
  if (found.size >= MAX_PATHS) return;
  add(found, path, typeOf(value));
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return;
  if (Array.isArray(value)) {
    for (const element of value.slice(0, MAX_ELEMENTS)) collect(element, `${path}[]`, depth + 1, found);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    collect(inner, path === '' ? maskKey(key) : `${path}.${maskKey(key)}`, depth + 1, found);
  }
}

function add(found: Map<string, Set<string>>, path: string, type: string): void {
  const types = found.get(path) ?? new Set();
  found.set(path, types.add(type));
}

/** The JSON type, with a class where enkash-api.md leaves a question open: decimals of money, digits as text, form of times. */
function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return `number (${decimalsOf(value)})`;
  return typeof value === 'string' ? `string${classOf(value)}` : typeof value;
}

function decimalsOf(value: number): string {
  const decimals = /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
  if (decimals === 0) return 'whole';
  return decimals <= 2 ? 'up to two decimals' : 'more decimals';
}

function classOf(value: string): string {
  if (value === '') return ' (empty)';
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value)) return ' (yyyy-MM-dd HH:mm:ss)';
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return ' (ISO 8601)';
  return /^-?\d+(\.\d+)?$/.test(value) ? ' (digits)' : '';
}
