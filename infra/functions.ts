/** What a function may do beyond writing its own log; `rights.ts` says which actions that is. */
export type Right = 'read-partner-secrets' | 'use-login-gate';

export type Variable =
  | 'STAGE'
  | 'CALLERS'
  | 'PARTNER_SECRETS'
  | 'ENKASH_API_URL'
  | 'ENKASH_TOKEN_URL'
  | 'NOT_FOUND_CODES'
  | 'LOGIN_GATE_TABLE';

export interface FunctionSpec {
  /** `functions/<name>.entry.ts`. */
  readonly name: string;
  /** The alarms and the dashboard call it so. */
  readonly title: string;
  /** @default 512 */
  readonly memoryMb?: number;
  /** @default 15 */
  readonly timeoutSeconds?: number;
  /** Exactly what its schema in lib/env.ts reads. */
  readonly variables: readonly Variable[];
  readonly rights: readonly Right[];
  /** Written beside the bundle at synth. */
  readonly files: readonly ('grants.json' | 'openapi.json')[];
}

const enkash: readonly Variable[] = [
  'PARTNER_SECRETS',
  'ENKASH_API_URL',
  'ENKASH_TOKEN_URL',
  'NOT_FOUND_CODES',
  'LOGIN_GATE_TABLE',
];

export const functionTable: readonly FunctionSpec[] = [
  {
    name: 'get-card-account',
    title: 'Read a card account',
    variables: ['STAGE', 'CALLERS', ...enkash],
    rights: ['read-partner-secrets', 'use-login-gate'],
    files: ['grants.json'],
  },
  {
    name: 'get-card-account-drop-in',
    title: 'Read a card account as EnKash would answer',
    variables: ['STAGE', 'CALLERS', ...enkash],
    rights: ['read-partner-secrets', 'use-login-gate'],
    files: ['grants.json'],
  },
  {
    name: 'get-openapi',
    title: 'Describe the API',
    memoryMb: 256,
    variables: ['STAGE'],
    rights: [],
    files: ['openapi.json'],
  },
];
