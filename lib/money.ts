/** Hundredths of a rupee, or of a reward point: a safe integer, never -0. */
export type Paise = number;

/** A value that differs from a whole number of paise by less than this many rupees carries float noise, not a third digit. */
const RESIDUE_PER_RUPEE = 1_000_000n;
/** EnKash states no maximum; below 10^13 rupees every paise count is a safe integer. */
const LIMIT = 1e13;
const DECIMAL = /^(\d+)(?:\.(\d+))?(?:e-(\d+))?$/;

export type PaiseReading = { readonly paise: Paise; readonly residue: boolean };

/**
 * Reads a JSON number of rupees exactly, from its shortest decimal text.
 * `residue` tells that float noise under a millionth was dropped.
 * @returns undefined when it is not money: a real third digit, 10^13 or more, or not finite.
 */
export function readPaise(rupees: number): PaiseReading | undefined {
  if (!(Math.abs(rupees) < LIMIT)) return undefined;
  const match = DECIMAL.exec(String(Math.abs(rupees)));
  if (!match) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const scale = 10n ** BigInt(fraction.length + Number(exponent));
  const hundredths = BigInt(whole + fraction) * 100n;
  const paise = (hundredths + scale / 2n) / scale;
  const residue = hundredths - paise * scale;
  const distance = residue < 0n ? -residue : residue;
  if (distance * RESIDUE_PER_RUPEE >= scale * 100n) return undefined;
  const value = Number(paise);
  return { paise: rupees < 0 && value !== 0 ? -value : value, residue: residue !== 0n };
}

/** The public form: a decimal string with two digits, e.g. `-990553.44`. */
export function formatPaise(paise: Paise): string {
  const digits = String(Math.abs(paise)).padStart(3, '0');
  return `${paise < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
