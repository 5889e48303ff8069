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

/**
 * A service's public endpoint, or the one that `AWS_ENDPOINT_URL_*` names. The SDK's rules choose among partitions, FIPS,
 * dual stack and account ids, none of which a stage in India sets: 17 kB.
 */
const endpointOf = (service: string): string => `
export const defaultEndpointResolver = ({ Endpoint, Region }) => ({
  url: new URL(Endpoint ?? 'https://${service}.' + Region + '.amazonaws.com'),
  properties: {},
  headers: {},
});
`;
const services = {
  dynamodb: 'dynamodb',
  'secrets-manager': 'secretsmanager',
  sqs: 'sqs',
  sns: 'sns',
  eventbridge: 'events',
};

/** The errors that our code or the SDK's retry tells from others. */
const dynamoErrors = [
  'ConditionalCheckFailedException',
  'InternalServerError',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ResourceNotFoundException',
  'ThrottlingException',
];
const secretErrors = ['InternalServiceError', 'ResourceNotFoundException'];

const manifestSchema = z.object({ version: z.string() });

export const patches: readonly Patch[] = [
  ...Object.entries(services).map(([client, service]) => ({
    module: new RegExp(`@aws-sdk/client-${client}/dist-es/endpoint/endpointResolver\\.js$`),
    put: () => endpointOf(service),
  })),
  { module: /@aws-sdk\/credential-provider-node\/dist-es\/index\.js$/, put: () => environmentCredentials },
  { module: /shared-ini-file-loader\/loadSharedConfigFiles\.js$/, put: () => noConfigFiles },
  { module: /mnemonist\/lru-cache\.js$/, put: () => plainMap },
  // No operation of ours streams events.
  { module: /@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$/, put: 'nothing' },
  // JSON Schema is written at synth alone.
  { module: /zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/, put: 'nothing' },
  { module: /zod\/v4\/core\/memoizer\.js$/, put: () => noCycles },
  // A client registers every error of its service: 35 classes and schemas of DynamoDB alone. The others arrive as the
  // service's base error, with their name.
  { module: /@aws-sdk\/client-dynamodb\/dist-es\/schemas\/schemas_0\.js$/, put: onlyErrors(dynamoErrors) },
  { module: /@aws-sdk\/client-secrets-manager\/dist-es\/schemas\/schemas_0\.js$/, put: onlyErrors(secretErrors) },
  // One look at the namespace keeps all of it.
  { module: /zod\/v4\/mini\/schemas\.js$/, put: replaced('core.util.', 'util.') },
  // With them goes the table of partitions.
  { module: /util-endpoints\/aws\.js$/, put: () => 'export const awsEndpointFunctions = {};' },
  // Of signed event streams.
  { module: /@smithy\/signature-v4\/dist-es\/HeaderFormatter\.js$/, put: () => 'export class HeaderFormatter {}' },
  // Node has its own SHA-256.
  { module: /sha256\/Sha256Js\.js$/, put: 'nothing' },
  // For the retry mode `adaptive`, which is not ours, and for the region of an EC2 machine.
  { module: /util-retry\/AdaptiveRetryStrategy\.js$/, put: 'nothing' },
  { module: /regionConfig\/getInstanceMetadataRegion\.js$/, put: 'nothing' },
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

/** Takes out the schema of every other error of a client, so that its class is not bundled either. */
function onlyErrors(names: readonly string[]): Patch['put'] {
  return (source) => {
    const schema = /^export var (\w+)\$ = \[-3, n0, [^;]*;\nn0_registry\.registerError\(\1\$, \1\);\n/gm;
    const found = [...source.matchAll(schema)].map(([, name]) => name);
    if (!names.every((name) => found.includes(name))) return undefined;
    return source.replace(schema, (text, name: string) => (names.includes(name) ? text : ''));
  };
}
