import * as z from 'zod';

export interface Patch {
  /** Matches a module's path. */
  readonly module: RegExp;
  /** What takes its place, from its source, or undefined if the source is not as expected; or nothing that can be called. */
  readonly put: 'nothing' | ((source: string) => string | undefined);
}

/** `AWS_*` of the environment: the only credentials of a Lambda function. 132 kB, 20 ms of a cold start. */
const environmentCredentials = `
import { fromEnv } from '@aws-sdk/credential-provider-env';
export const defaultProvider = (init) => fromEnv(init);
`;

/** There is no ~/.aws on Lambda; looking for it loads fs/promises (2 to 4 ms) and reads the disk twice. */
const noConfigFiles = `
export { CONFIG_PREFIX_SEPARATOR } from './constants';
export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });
`;

/** For DynamoDB's endpoint discovery, which none of our clients switches on; without its bound it is a map. */
const plainMap = 'export default class extends Map { constructor() { super(); } peek(key) { return this.get(key); } }';

/** zod's guard against values and schemas with cycles, around every schema; JSON has none, and we write none. */
const noCycles = `
export class $ZodCyclicError extends Error {}
export const memoizer = () => undefined;
export const isRecursiveSchema = () => false;
export const isBackEdge = () => false;
`;

const manifestSchema = z.object({ version: z.string() });

export const patches: readonly Patch[] = [
  { module: /@aws-sdk\/credential-provider-node\/dist-es\/index\.js$/, put: () => environmentCredentials },
  { module: /shared-ini-file-loader\/loadSharedConfigFiles\.js$/, put: () => noConfigFiles },
  { module: /mnemonist\/lru-cache\.js$/, put: () => plainMap },
  // No operation of ours streams events.
  { module: /@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$/, put: 'nothing' },
  // JSON Schema is written at synth alone.
  { module: /zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/, put: 'nothing' },
  // zod compiles object schemas by `new Function`: 12 ms of a cold start for microseconds of a warm call.
  {
    module: /zod\/v4\/classic\/schemas\.js$/,
    put: replaced('core.$ZodObjectJIT.init(inst, def)', 'core.$ZodObject.init(inst, def)'),
  },
  { module: /zod\/v4\/core\/memoizer\.js$/, put: () => noCycles },
  // The SDK puts its version into the User-Agent, and with it the whole file into the bundle.
  {
    module: /@aws-sdk\/client-[a-z-]+\/package\.json$/,
    put: (source) => JSON.stringify({ version: manifestSchema.parse(JSON.parse(source)).version }),
  },
  // The global `crypto`, and node:crypto's getRandomValues, load all of WebCrypto (1 to 5 ms).
  {
    module: /@smithy\/core\/dist-es\/submodules\/serde\/index\.js$/,
    put: replaced(
      'const _getRandomValues = getRandomValues;\nexport const v4 = bindV4(_getRandomValues);',
      "import { randomUUID } from 'node:crypto';\nexport const v4 = () => randomUUID();",
    ),
  },
];

export const refused =
  /^@aws-sdk\/(credential-provider-(http|ini|login|process|sso|web-identity)|nested-clients|token-providers)/;

function replaced(text: string, by: string): Patch['put'] {
  return (source) => (source.includes(text) ? source.replace(text, by) : undefined);
}
