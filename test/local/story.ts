import * as z from 'zod';

/** What the story reads of a log line; the functions write more (lib/log.ts). */
const lineSchema = z.object({
  level: z.enum(['info', 'warn', 'error']),
  time: z.string(),
  event: z.string(),
  route: z.string().optional(),
  caller: z.string().default('somebody'),
  partner: z.string().default(''),
  companyId: z.string().optional(),
  cardAccountId: z.string().optional(),
  source: z.string().optional(),
  status: z.number().optional(),
  outcome: z.string().default(''),
  reason: z.string().optional(),
  errorName: z.string().optional(),
  slot: z.string().optional(),
  count: z.number().default(0),
  durationMs: z.number().optional(),
});
type Line = z.output<typeof lineSchema>;

/** Event -> its words; undefined where nothing happened that a person wants to know. */
const words: Readonly<Record<string, (line: Line) => string | undefined>> = {
  request: (line) => {
    const [method = '', path = ''] = (line.route ?? '').split(' ');
    const from = line.source === undefined ? '' : `, ${line.source}`;
    const what = `${method} ${shortPath(path, line)} by ${line.caller}`;
    return `${what}: ${line.status} ${line.outcome}${why(line)}${from}, ${line.durationMs?.toFixed(0)} ms`;
  },
  login: (line) =>
    `login of ${line.partner} at EnKash: ${line.outcome}, ${line.count} possible failure${line.count === 1 ? ' stands' : 's stand'}`,
  plan: (line) => (line.count === 0 ? undefined : `slot ${clock(line.slot)}: ${accounts(line.count)} to measure`),
  run: (line) => (line.count === 0 ? undefined : `slot ${clock(line.slot)}: closed, ${accounts(line.count)} expected`),
  snapshot: (line) => `slot ${clock(line.slot)}: ${accountOf(line)} ${line.outcome}${why(line)}`,
  alert: (line) => `${line.outcome} for ${accountOf(line)}${line.reason === undefined ? ', on the bus' : why(line)}`,
  // A line of every run, whether there was anything to close or not.
  reconcile: (line) => {
    if (line.outcome !== 'sent') return other(line);
    return line.level === 'info' ? undefined : 'slots or days were not closed in time';
  },
  operator: (line) => `the operator's ${line.route}: ${line.outcome}`,
  'gate-closed': (line) => `login gate of ${line.partner} is closed${why(line)}`,
};

/**
 * Tells one aligned line for a function's log line; undefined for metrics and for what nobody needs to see.
 * @param onlyNews a line is left out when it says what the last one of its kind said: somebody asks again and again
 */
export function createStory({ onlyNews }: { readonly onlyNews: boolean }): (text: string) => string | undefined {
  const last = new Map<string, string>();
  return (text) => {
    const told = tell(text);
    if (!told || !onlyNews) return told?.line;
    const said = told.said.replace(/, \d+ ms$/, '');
    const isNews = last.get(told.kind) !== said;
    last.set(told.kind, said);
    return isNews ? told.line : undefined;
  };
}

function tell(text: string): { readonly kind: string; readonly said: string; readonly line: string } | undefined {
  const parsed = lineSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const line = parsed.data;
  const said = (words[line.event] ?? other)(line);
  const mark = line.level === 'info' ? ' ' : '!';
  if (said === undefined) return undefined;
  return { kind: line.event, said, line: `${line.time.slice(11, 19)} ${mark} ${line.event.padEnd(11)} ${said}` };
}

const other = (line: Line) => [line.partner, accountOf(line), line.outcome].filter(Boolean).join(' ') + why(line);
const accounts = (count: number) => (count === 1 ? '1 account' : `${count} accounts`);
const clock = (slot = '') => slot.slice(11, 19);
const why = ({ reason, errorName }: Line) =>
  [reason, errorName]
    .filter(Boolean)
    .map((text) => ` (${text})`)
    .join('');

function accountOf({ companyId, cardAccountId }: Line): string {
  return companyId === undefined ? '' : `${companyId}/${cardAccountId ?? '*'}`;
}

/** The path with the account in place of its parameters, without what stands before it. */
function shortPath(path: string, { companyId = '', cardAccountId = '' }: Line): string {
  return path
    .replace('/v1/companies/{companyId}/card-accounts', companyId)
    .replace('{cardAccountId}', cardAccountId)
    .replace(/^\/(?=CEK)/, '');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
