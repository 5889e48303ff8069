import type { Clock } from '../../rigs/gate-clock.ts';
import type { Answer, Violation } from './world.ts';

/** What is written down of a run. */
export function createJournal(clock: Clock, start: number) {
  const violations: Violation[] = [];
  const answers: Answer[] = [];
  const trace: string[] = [];
  const note = (text: string): void => {
    trace.push(`${((clock.now() - start) / 1000).toFixed(3)} ${text}`);
  };
  return {
    violations,
    answers,
    trace,
    note,
    answer({ begun, ...answer }: Omit<Answer, 'at'> & { readonly begun: number }): void {
      answers.push({ at: begun - start, ...answer });
    },
    violate(rule: string): void {
      // A broken gate breaks its rules a hundred thousand times over.
      if (violations.length >= 1_000) return;
      violations.push({ atMs: clock.now() - start, rule });
      note(`VIOLATION ${rule}`);
    },
  };
}

export type Journal = ReturnType<typeof createJournal>;
