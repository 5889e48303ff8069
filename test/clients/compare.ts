import { leavesOf } from '../rigs/contract-calls.ts';

/** What the server sent to a call. */
export type Sent = { readonly status: number; readonly body: unknown };
/** What a client shows of it by its types. */
export type Shown = { readonly name: string; readonly status: number; readonly body?: unknown };

/** A number and an instant are the same however they are written; null and absent are the same to most languages. */
function plain(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'null';
  const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(value);
  return isInstant ? new Date(value).toISOString() : value;
}

const valuesOf = (body: unknown) =>
  new Map(leavesOf(body).map(([path, value]) => [path.join('.'), plain(value)] as const));

/** A field of a later release: a client of this one need not show it, only live with it. */
const isNew = (path: string) => path === 'hint';

/** Compares value by value. @returns how many values the server sent, and which of them the client shows otherwise */
export function compareAnswers(sent: readonly Sent[], shown: readonly Shown[]): { values: number; wrong: string[] } {
  let values = 0;
  const wrong = sent.length === shown.length ? [] : [`${sent.length} answers sent, ${shown.length} shown`];
  for (const [at, { name, status, body }] of shown.entries()) {
    const answer = sent[at];
    if (answer?.status !== status) wrong.push(`${name}: status ${status}, sent ${answer?.status}`);
    const seen = valuesOf(body ?? null);
    for (const [path, value] of valuesOf(answer?.body ?? null)) {
      values += 1;
      if ((seen.get(path) ?? 'null') !== value && !isNew(path))
        wrong.push(`${name}: ${path} is ${seen.get(path)}, sent ${value}`);
    }
  }
  return { values, wrong };
}
