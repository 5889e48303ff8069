import { type ContractCall, leavesOf } from '../rigs/contract-calls.ts';

/** A call with the answer that the server gave to it once: its shape is what a program is written for. */
export type Answered = ContractCall & { readonly answer: unknown };

/** Names what a value is; a type that is `any`, `unknown` or too narrow does not compile. */
const checks = `
declare const process: { readonly env: Readonly<Record<string, string>> };
type Known<T> = 0 extends 1 & T ? never : T;
const { API_URL: url = '', API_TOKEN: token = '' } = process.env;
const shown: [string, string, unknown][] = [];
const answers: Record<string, unknown> = {};
let call = '';
const note = (path: string, value: unknown) => void shown.push([call, path, value]);
function text<T extends string | null | undefined>(path: string, value: T & Known<T>): void { note(path, value); }
function numeric<T extends number | null | undefined>(path: string, value: T & Known<T>): void { note(path, value); }
function flag<T extends boolean | null | undefined>(path: string, value: T & Known<T>): void { note(path, value); }
function nothing<T>(path: string, value: T & Known<T>, ..._: null extends T ? [] : ['null is not in its type']): void { note(path, value); }
/** What the server sent to this very call. */
async function observed(request: Request): Promise<Response> {
  const response = await fetch(request);
  const body = await response.clone().text();
  answers[call] = body === '' ? null : JSON.parse(body);
  return response;
}
`;
const end = 'console.log(JSON.stringify({ shown, answers }));\n';

/** A strict program on the types of openapi-typescript, by openapi-fetch. */
export function openApiFetchProgram(calls: readonly Answered[]): string {
  const sent = calls.map((call) => {
    const { method, path, pathParameters, query, body } = call;
    const params = pathParameters || query ? { params: { path: pathParameters, query } } : {};
    const options = JSON.stringify({ ...params, body });
    return part(call, `client.${method}(${JSON.stringify(path)}, ${options})`);
  });
  return `import createClient from 'openapi-fetch';
import type { paths } from './contract.ts';
${checks}
const client = createClient<paths>({ baseUrl: url, headers: { authorization: \`Bearer \${token}\` }, fetch: observed });
${sent.join('')}${end}`;
}

/** The same program on what @hey-api/openapi-ts generated. */
export function heyApiProgram(calls: readonly Answered[]): string {
  const sent = calls.map((call) => {
    const { operationId, pathParameters: path, query, body } = call;
    return part(call, `api.${operationId}(${JSON.stringify({ path, query, body })})`);
  });
  return `import * as api from './hey-api/index.ts';
import { client } from './hey-api/client.gen.ts';
${checks}
client.setConfig({ baseUrl: url, auth: () => token, fetch: (input, init) => observed(new Request(input, init)) });
${sent.join('')}${end}`;
}

/** Compiles where the types of `lib/client` have the fields that the document has: those, and no others. */
export const ownClientProgram = `
import type * as client from '../../lib/client/types.ts';
import type { components } from './contract.ts';
type Document = components['schemas'];
/** Which fields there are, and which may be absent or null; a text of any list is a text. */
type Form<T> = T extends string ? string
  : T extends readonly (infer Item)[] ? Form<Item>[]
  : T extends object ? { -readonly [Name in keyof T]: Form<T[Name]> } : T;
type Same<A, B> = (<T>() => T extends Form<A> ? 1 : 2) extends (<T>() => T extends Form<B> ? 1 : 2) ? true : false;
type Summary<T> = Omit<T, 'details' | 'primaryCard'>;
const balances: Same<client.Balances, Document['Balances']> = true;
const asOf: Same<client.BalanceAsOf, Document['BalanceAsOf']> = true;
const summary: Same<Summary<client.CardAccount>, Summary<Document['CardAccount']>> = true;
const list: Same<client.Page<client.ListedAccount>, Document['CardAccountList']> = true;
const companyDays: Same<client.CompanyDayPage, Document['CompanyDays']> = true;
const days: Same<client.DayPage, Document['DayHistory']> = true;
const slots: Same<client.SlotPage, Document['SlotHistory']> = true;
const problem: Same<client.Problem, Document['Problem']> = true;
const watch: Same<client.Watch, Document['Watch']> = true;
declare const document: Document;
// These two are wider than the document: EnKash's own fields, and those of each event, by name.
const full: client.CardAccount = document.CardAccount;
const events: client.Page<client.BalanceEvent> = document.EventList;
`;

function part(call: Answered, made: string): string {
  const failed = call.status >= 400;
  const kind = Object(call.answer).kind;
  const narrowed =
    typeof kind === 'string' ? `  if (body.kind !== ${JSON.stringify(kind)}) throw new Error('kind');\n` : '';
  // Where a table is answered too, the type has a text beside the object.
  const table = "  if (typeof body === 'string') throw new Error('a table');\n";
  const lines = leavesOf(call.answer).map(([path, value]) => `  ${leaf(path, value)}\n`);
  return `
{
  call = ${JSON.stringify(call.name)};
  const { ${failed ? 'error: body' : 'data: body'} } = await ${made};
${call.answer === null ? '' : `  if (!body) throw new Error(call);\n${table}${narrowed}${lines.join('')}`}}
`;
}

function leaf(path: readonly (string | number)[], value: unknown): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `[${JSON.stringify(step)}]`));
  const words: Readonly<Record<string, string>> = { string: 'text', number: 'numeric', boolean: 'flag' };
  const check = value === null ? 'nothing' : words[typeof value];
  return `${check}(${JSON.stringify(path.join('.'))}, body${steps.join('!')});`;
}
