/** A card number has 13 to 19 positions; a shorter text is shown by its last four only. */
const SHORTEST_PAN = 13;

/**
 * Masks a card number again, whatever EnKash masked: at most the first six and the last four positions stay
 * (PCI DSS 3.4.1). Spaces and dashes are kept; every other character counts as a position.
 */
export function maskPan(text: string): string {
  const characters = [...text];
  const total = characters.filter(isPosition).length;
  const first = total < SHORTEST_PAN ? 0 : 6;
  let position = 0;
  return characters
    .map((character) => {
      if (!isPosition(character)) return character;
      position += 1;
      return position <= first || position > total - 4 ? character : 'X';
    })
    .join('');
}

function isPosition(character: string): boolean {
  return character !== ' ' && character !== '-';
}

/** How a card network's numbers begin: Visa, Mastercard, Maestro, RuPay, Discover, UnionPay, American Express, Diners, JCB. */
const NETWORK = /^(?:4|5[0-8]|6|8[12]|3(?:0[0-59]|[4-9])|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720))/;
/** Digits of any script, with what people and software write between them: white space, dashes, signs over a digit and characters without width. */
const RUN = /\p{Nd}(?:[\s\p{Pd}\p{Cf}\p{M}\u2212]*\p{Nd})*/gu;
/** How the digits of a card number are grouped where they are. */
const GROUPING = /^(?:4(?: 4)+(?: [1-35])?|4 6 [45]|6 13|8 8)$/;

/**
 * Masks every card number in a text to its first six and last four digits (architecture.md section 4): 13 to 19 digits of any
 * script, bounded by other characters, that pass Luhn's check and begin as a network's do.
 * @returns the text itself where there is none; otherwise its NFKC form
 */
export function maskCardNumbers(text: string): string {
  if (!/\p{N}/u.test(text)) return text;
  const normal = text.normalize('NFKC');
  const masked = normal.replace(RUN, maskRun);
  return masked === normal ? text : masked;
}

/** Whether a JSON number shows a card number. One with more digits than a double holds counts as one. */
export function isCardNumber(count: number): boolean {
  const shown = String(count);
  return (Number.isInteger(count) && !Number.isSafeInteger(count)) || maskCardNumbers(shown) !== shown;
}

/** @param run digits, and what stands between them */
function maskRun(run: string): string {
  const characters = [...run];
  const groups: { readonly from: number; readonly to: number }[] = [];
  for (const [at, character] of characters.entries()) {
    if (!isDigit(character)) continue;
    const last = groups.at(-1);
    if (last?.to === at) groups[groups.length - 1] = { from: last.from, to: at + 1 };
    else groups.push({ from: at, to: at + 1 });
  }
  for (let first = 0; first < groups.length; first += 1) {
    // The longest span first, so that no part of a number is taken for the whole.
    for (let last = groups.length; last > first; last -= 1) {
      const span = groups.slice(first, last);
      const digits = span.flatMap(({ from, to }) => characters.slice(from, to).map(digitValue)).join('');
      if (!isSpan(span, groups) || !isPan(digits)) continue;
      maskSpan(characters, span, digits.length);
      first = last - 1;
      break;
    }
  }
  return characters.join('');
}

type Group = { readonly from: number; readonly to: number };

/** Whether groups may be one whole number: all of the run, a single one, or some that are grouped as on a card. */
function isSpan(span: readonly Group[], groups: readonly Group[]): boolean {
  if (span.length === groups.length || span.length === 1) return true;
  return GROUPING.test(span.map(({ from, to }) => to - from).join(' '));
}

function maskSpan(characters: string[], span: readonly Group[], total: number): void {
  let position = 0;
  for (const { from, to } of span) {
    for (let at = from; at < to; at += 1) {
      position += 1;
      if (position > 6 && position <= total - 4) characters[at] = 'X';
    }
  }
}

function isPan(digits: string): boolean {
  return digits.length >= SHORTEST_PAN && digits.length <= 19 && NETWORK.test(digits) && passesLuhn(digits);
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (const [index, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

const DIGIT = /^\p{Nd}$/u;
/** Nearly all digits are ASCII's, and every character of a text with a digit is asked. */
const isAsciiDigit = (character: string): boolean => character >= '0' && character <= '9';
const isDigit = (character: string): boolean =>
  isAsciiDigit(character) || (character > '\x7f' && DIGIT.test(character));

/** Unicode's decimal digits stand in rows of ten: a digit's value is the number of digits before it. */
function digitValue(digit: string): number {
  if (isAsciiDigit(digit)) return Number(digit);
  const code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && isDigit(String.fromCodePoint(code - value - 1))) value += 1;
  return value;
}
