import { randomUUID } from 'node:crypto';
import {
  InvokeCommand,
  LambdaClient,
  LambdaServiceException,
  ResourceNotFoundException,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { COMMAND_MORE_MS, CONNECT_MS, LAMBDA_MS, OPERATE_LAMBDA_MS } from '../../../lib/budgets.ts';
import { awsRuntime } from '../../../lib/env.ts';
import { parseJson } from '../../../lib/json.ts';
import { type InspectAnswer, inspectAnswer, type OperateAnswer, operateAnswer } from '../../../lib/operate/answers.ts';
import type { InspectRequest, OperateRequest } from '../../../lib/operate/events.ts';
import { OperatorError } from './arguments.ts';
import { whyUnreadable } from './gate-words.ts';
import type { StageFacts } from './stage-facts.ts';

type Asked<A extends InspectRequest['action']> = Extract<InspectRequest, { action: A }>;
type Inspected<A extends InspectRequest['action']> = Extract<InspectAnswer, { action: A }>;
type Unsent<R> = R extends unknown ? Omit<R, 'requestId'> : never;
type Operated<A extends OperateAnswer['action']> = Extract<OperateAnswer, { action: A }>;

/** The operator's way into a stage: its two functions, each asked once and never again. */
export type Functions = {
  /** @throws OperatorError */
  inspect<A extends InspectRequest['action']>(request: Asked<A>): Promise<Inspected<A>>;
  /** @throws OperatorError; where nobody knows whether it was done, its words say so */
  operate<A extends OperateRequest['action']>(
    request: Unsent<Extract<OperateRequest, { action: A }>>,
  ): Promise<Operated<A>>;
};

/** What became of an invocation. `not-run` is certain: AWS refused it, or no byte of it was answered for lack of a connection. */
export type Invoked =
  | { readonly kind: 'answered'; readonly payload: unknown }
  | { readonly kind: 'not-run'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

export function createFunctions(facts: StageFacts): Functions {
  return {
    async inspect(request) {
      const invoked = await invoke(facts, 'inspect', request, LAMBDA_MS);
      if (invoked.kind !== 'answered')
        throw new OperatorError(`inspect did not answer: ${invoked.why}. Nothing changed.`);
      const answer = read(inspectAnswer, invoked.payload);
      if (!answer) throw new OperatorError(`inspect answered in a form that is not known here. ${SAME_VERSION}`);
      if (!isOf(answer, request.action)) throw refusalOf(answer, facts);
      return answer;
    },
    async operate(request) {
      const requestId = randomUUID();
      const invoked = await invoke(facts, 'operate', { ...request, requestId }, OPERATE_LAMBDA_MS);
      if (invoked.kind === 'not-run') throw new OperatorError(`${invoked.why}. Nothing was done.`);
      const answer = invoked.kind === 'answered' ? read(operateAnswer, invoked.payload) : undefined;
      const why = invoked.kind === 'unknown' ? invoked.why : SAME_VERSION;
      if (!answer) throw new OperatorError(unknownWords(facts, request, requestId, why));
      if (isOf(answer, request.action)) return answer;
      if (isOf(answer, 'none') && ['unknown', 'began-before'].includes(answer.outcome))
        throw new OperatorError(unknownWords(facts, request, requestId, 'operate was interrupted'));
      throw refusalOf(answer, facts);
    },
  };
}

const SAME_VERSION = 'Deploy the version that is checked out, or check out the one that is deployed.';

function isOf<T extends { readonly action: string }, A extends T['action']>(
  answer: T,
  action: A,
): answer is Extract<T, { action: A }> {
  return answer.action === action;
}

function read<S extends z.core.$ZodType>(schema: S, payload: unknown): z.output<S> | undefined {
  return z.safeParse(schema, payload).data;
}

/** One attempt, whatever happens: what was sent twice could be done twice. */
export async function invoke(
  { aws, functions }: StageFacts,
  name: keyof StageFacts['functions'],
  request: object,
  lambdaMs: number,
): Promise<Invoked> {
  const client = new LambdaClient({
    ...awsRuntime(aws),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MS * 5,
      requestTimeout: lambdaMs + COMMAND_MORE_MS,
      throwOnRequestTimeout: true,
    },
  });
  try {
    const { Payload, FunctionError } = await client.send(
      new InvokeCommand({ FunctionName: functions[name], Payload: JSON.stringify(request) }),
    );
    if (FunctionError !== undefined) return { kind: 'unknown', why: 'the function failed or ran out of time' };
    return { kind: 'answered', payload: parseJson(Payload?.transformToString() ?? '') };
  } catch (error) {
    return judge(name, error);
  } finally {
    client.destroy();
  }
}

/** Before the function runs: no such name, nobody there, no credentials. */
const neverSent = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'CredentialsProviderError'];

function judge(name: string, error: unknown): Invoked {
  if (error instanceof TooManyRequestsException)
    return { kind: 'not-run', why: `The function ${name} is at work for somebody else: try again in a minute` };
  if (error instanceof ResourceNotFoundException)
    return { kind: 'not-run', why: `The stage has no function ${name}: deploy this version first` };
  if (error instanceof LambdaServiceException && error.$fault === 'client')
    return {
      kind: 'not-run',
      why: `AWS refused to invoke ${name} (${error.name}): the stack's output OperatorPolicy names the rights`,
    };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const errorName = error instanceof Error ? error.name : 'Error';
  const known = neverSent.find((each) => each === code || each === errorName);
  if (known !== undefined) return { kind: 'not-run', why: `The function ${name} cannot be reached (${known})` };
  return { kind: 'unknown', why: code || errorName };
}

const refusals: Readonly<Record<Operated<'none'>['outcome'], string>> = {
  'invalid-event': 'The function does not take this request',
  'unknown-partner': 'The deployed stage has no such partner: deploy, or look at --partner',
  unreadable: "The secret or the gate's table cannot be read, so nobody knows which login is meant",
  'requests-unreachable': 'The table that remembers requests (output BalancesTable) cannot be used',
  'request-id-used': 'The id of this request was used before for another one',
  unknown: 'Nobody knows whether it was carried out',
  'began-before': 'Nobody knows whether it was carried out',
};

function refusalOf(answer: InspectAnswer | OperateAnswer, { named }: StageFacts): OperatorError {
  if (answer.action !== 'none') return new OperatorError(`Something else was answered: ${SAME_VERSION}`);
  const reason = 'reason' in answer && answer.reason !== undefined ? ` (${answer.reason})` : '';
  const fields = (answer.fields ?? []).map((field) => `\n  ${field}`).join('');
  const what =
    answer.outcome === 'unreadable' && answer.reason !== undefined
      ? `The login gate ${whyUnreadable(answer.reason)}`
      : `${refusals[answer.outcome]}${reason}`;
  return new OperatorError(`${what}. Nothing changed.${fields}\nWhat is wrong, in words: npm run doctor -- ${named}`);
}

/** On a lost answer nobody knows; what is sent again might be done twice. */
function unknownWords(facts: StageFacts, request: Unsent<OperateRequest>, id: string, why: string): string {
  const { action } = request;
  const status =
    'partner' in request
      ? `npm run gate -- status ${facts.named} --partner ${request.partner}`
      : `npm run erase -- ${facts.named} --company ${request.companyId} --card-account ${request.cardAccountId} --dry-run`;
  return [
    `unknown: run status. Nobody knows whether "${action}" was carried out (${why}).`,
    'It is not sent again by itself, and must not be before you know. What stands now says:',
    `  ${status}`,
    `The log of the function "operate" has what became of request ${id}.`,
  ].join('\n');
}
