import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line of a tracked file that looks like a secret; the text itself is never repeated. */
export type Suspicion = { readonly rule: string; readonly line: number };

/** Rule -> what a credential of that kind looks like. */
const patterns: Readonly<Record<string, RegExp>> = {
  'AWS access key': /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  'private key': /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  'GitHub token': /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50,})\b/,
  'npm token': /\bnpm_[A-Za-z0-9]{36}\b/,
  'Slack token': /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  'JSON web token': /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/,
  'bearer token': /\bBearer [A-Za-z0-9._~+/-]{24,}/,
  'basic authorization': /\bBasic [A-Za-z0-9+/]{20,}={0,2}/,
  'credentials in a URL': /\bhttps?:\/\/[^\s/:@'"`$]+:[^\s/@'"`$]+@/,
};

/** A name that promises a secret, with a quoted value of some length behind it. */
const assigned = /(?:password|passwd|secret|token|api[_-]?key|credential)s?["']?\s*[:=]\s*["'`]([^"'`\s$]{12,})["'`]/gi;
/** Nothing a person writes: long, of mixed letters and digits, without a separator. */
const token = /[A-Za-z0-9+/_=-]{32,}/g;

/** Bits per character; made-up words stay under 3.5, keys are above. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

function isRandom(text: string, bits: number): boolean {
  return /[a-z]/.test(text) && /[A-Z0-9]/.test(text) && entropy(text) >= bits;
}

/** What looks like a secret in a text: known kinds by their form, others by a telling name or by their randomness. */
export function suspicionsIn(text: string): Suspicion[] {
  return text.split('\n').flatMap((line, index) => rulesOf(line).map((rule) => ({ rule, line: index + 1 })));
}

/** A made-up secret of a test says so itself. */
const madeUp = /^(?:sandbox|sample|local|planted|not|wrong|made)[-_ ]/;
/** Hashes of packages, public by nature. */
const integrity = /^\s*"integrity": "sha512-[A-Za-z0-9+/=]+",?$/;

function rulesOf(line: string): string[] {
  if (integrity.test(line)) return [];
  const known = Object.keys(patterns).filter((name) => patterns[name]?.test(line));
  const values = [...line.matchAll(assigned)].map(([, value = '']) => value);
  const named = values.some((value) => !madeUp.test(value) && isRandom(value, 3.5));
  const random = [...line.matchAll(token)].some(
    ([found]) => /[a-z]/.test(found) && /[A-Z]/.test(found) && /\d/.test(found) && isRandom(found, 4.5),
  );
  return [...known, ...(named ? ['named secret'] : []), ...(random ? ['random text'] : [])];
}

const notOurs = /(^|\/)(node_modules|cdk\.out|\.git|\.build|coverage|reports|\.stryker-tmp)(\/|$)/;

/** The files that git has, or would take; where there is no git, all that are not somebody else's or made. */
function trackedFiles(root: string): string[] {
  try {
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return listed.split('\0').filter((file) => file !== '');
  } catch {
    const all = globSync('**/*', { cwd: root, withFileTypes: true, exclude: ({ name }) => notOurs.test(name) });
    return all
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  }
}

/** `file: rule` of every tracked file that holds a suspicion. */
export function scan(root: string): string[] {
  const found = trackedFiles(root).flatMap((file) =>
    suspicionsIn(readFileSync(join(root, file), 'utf8')).map(({ rule }) => `${file}: ${rule}`),
  );
  return [...new Set(found)].sort();
}
