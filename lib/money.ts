/** Hundredths of a rupee, or of a reward point: a safe integer, never -0. */
export type Paise = number;

/** Sums and differences of doubles are wrong by a few units in the last place, of the largest amount that went in. */
const NOISE_ULPS = 8;
/** A small amount may be the difference of two amounts of this size. */
const LEAST_SIZE = 1_000_000;
/** EnKash states no maximum; below 10^13 rupees every paise count is a safe integer. */
const LIMIT = 1e13;
/** A little less: at the half nobody knows which paisa was meant. */
const HALF_PAISA = 0.0049;
const DECIMAL = /^(\d+)(?:\.(\d+))?(?:e-(\d+))?$/;

export type PaiseReading = { readonly paise: Paise; readonly residue: boolean };

/**
 * Reads a JSON number of rupees exactly, from its shortest decimal text. `residue` tells that float noise was dropped: less
 * than half a paisa, and no more than the precision of a double explains at that size.
 * @returns undefined when it is not money: a real third digit, 10^13 or more, or not finite.
 */
export function readPaise(rupees: number): PaiseReading | undefined {
  if (!(Math.abs(rupees) < LIMIT)) return undefined;
  if (Number.isInteger(rupees)) return { paise: rupees === 0 ? 0 : rupees * 100, residue: false };
  const match = DECIMAL.exec(String(Math.abs(rupees)));
  if (!match) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const scale = 10n ** BigInt(fraction.length + Number(exponent));
  const hundredths = BigInt(whole + fraction) * 100n;
  const paise = (hundredths + scale / 2n) / scale;
  const residue = hundredths !== paise * scale;
  const value = Number(paise);
  if (value >= LIMIT * 100) return undefined;
  if (residue && Math.abs(Math.abs(rupees) - value / 100) > noiseAt(Math.abs(rupees))) return undefined;
  return { paise: rupees < 0 && value !== 0 ? -value : value, residue };
}

/** The most that float noise may be, in rupees. */
function noiseAt(rupees: number): number {
  const ulp = 2 ** (Math.floor(Math.log2(Math.max(rupees, LEAST_SIZE))) - 52);
  return Math.min(NOISE_ULPS * ulp, HALF_PAISA);
}

/** The public form: a decimal string with two digits, e.g. `-990553.44`. */
export function formatPaise(paise: Paise): string {
  const digits = String(Math.abs(paise)).padStart(3, '0');
  return `${paise < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
