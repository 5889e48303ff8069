import * as z from 'zod';
import { stageSchema } from './stage-schema.ts';

/** What the table reads of a JSON schema. */
type Node = {
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly required?: readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  readonly items?: unknown;
  readonly additionalProperties?: unknown;
};
const nodeSchema: z.ZodType<Node> = z.object({
  type: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  required: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  additionalProperties: z.unknown().optional(),
});

const heading = `# Settings of a stage

Written by \`npm run settings -- table\` from infra/stage/stage-schema.ts, and held to it by a test. Each stage stands in
cdk.json under \`context.stages\`; it names cdk-json.schema.json, by which an editor completes the settings. \`npm run settings -- check\`
says in words what a stage will be.

| setting | value | default | meaning |
|---|---|---|---|`;

/** The settings as a Markdown table: name, value, default, meaning. */
export function settingsTable(): string {
  const root = nodeSchema.parse(z.toJSONSchema(stageSchema, { io: 'input', unrepresentable: 'any' }));
  return `${[heading, ...rowsOf('', root)].join('\n')}\n`;
}

function rowsOf(prefix: string, { properties = {}, required = [] }: Node): readonly string[] {
  return Object.entries(properties).flatMap(([name, child]) => {
    const node = nodeSchema.parse(child);
    const path = prefix + name;
    return [rowOf(path, node, required.includes(name)), ...childrenOf(path, node)];
  });
}

/** What stands inside of an object, or under any name of a record. */
function childrenOf(path: string, node: Node): readonly string[] {
  const any = nodeSchema.safeParse(node.additionalProperties).data;
  const item = nodeSchema.safeParse(node.items).data;
  return [
    ...rowsOf(`${path}.`, node),
    ...(any?.properties ? rowsOf(`${path}.<name>.`, any) : []),
    ...(item?.properties ? rowsOf(`${path}[].`, item) : []),
  ];
}

function rowOf(path: string, node: Node, required: boolean): string {
  const fallback = node.default === undefined ? (required ? 'must be given' : 'none') : code(node.default);
  return `| \`${path}\` | ${kindOf(node)} | ${fallback} | ${(node.description ?? '').replaceAll('|', '\\|')} |`;
}

function kindOf({ type = 'value', enum: choices, minimum, maximum }: Node): string {
  if (choices) return choices.map(code).join(', ');
  const least = minimum === undefined || minimum < -1e9 ? '' : ` from ${minimum}`;
  const most = maximum === undefined || maximum > 1e9 ? '' : ` to ${maximum}`;
  return type === 'object' ? 'map' : type + least + most;
}

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``;
