/** What one check of a stage came to, in words. A check that could not be made is never `ok`. */
export type Finding = {
  readonly check: string;
  readonly result: 'ok' | 'warning' | 'wrong' | 'skipped';
  /** What was found; why it was skipped. */
  readonly words: string;
  /** What to do about it. */
  readonly next?: string;
};

export const ok = (check: string, words: string): Finding => ({ check, result: 'ok', words });
export const skipped = (check: string, words: string): Finding => ({ check, result: 'skipped', words });
export const wrong = (check: string, words: string, next: string): Finding => ({ check, result: 'wrong', words, next });

/** Nothing is wrong yet, and somebody should know. */
export const warning = (check: string, words: string, next: string): Finding => ({
  check,
  result: 'warning',
  words,
  next,
});

/** One line, and a second with what to do. */
function describeFinding({ check, result, words, next }: Finding): string[] {
  const line = `${result.padEnd(8)}${check}: ${words}`;
  return next === undefined ? [line] : [line, `        do: ${next}`];
}

/** For a person, or as one line of JSON for scripts. */
export function findingLines(findings: readonly Finding[], json: boolean): readonly string[] {
  return json ? [JSON.stringify(findings)] : findings.flatMap(describeFinding);
}
