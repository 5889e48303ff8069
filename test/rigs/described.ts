import * as z from 'zod';

const content = z.record(z.string(), z.object({ schema: z.unknown() }).loose());
const parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean(),
  example: z.unknown().optional(),
});
const operation = z.object({
  operationId: z.string(),
  parameters: z.array(parameter).default([]),
  requestBody: z
    .object({ required: z.boolean(), content: z.record(z.string(), z.object({ example: z.unknown() })) })
    .optional(),
  responses: z.record(
    z.string(),
    z.object({ content: content.optional(), headers: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
export const describedSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({
    schemas: z.record(z.string(), z.unknown()),
    headers: z.record(z.string(), z.unknown()),
  }),
});
export type Described = z.infer<typeof describedSchema>;

/** Every operation of a document, by its method and path. */
export function operationsOf({ paths }: Described) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ method: method.toUpperCase(), path, ...described })),
  );
}

/** What the document says against an answer: nothing, or why it does not match. */
export async function objectionTo(
  document: Described,
  operationId: string,
  response: Response,
): Promise<string | undefined> {
  const { status, headers } = response;
  const body = await response.text();
  const described = operationsOf(document).find((candidate) => candidate.operationId === operationId);
  const answer = described?.responses[status];
  if (!answer) return `${operationId} ${status} is not described`;
  const silent = Object.keys(document.components.headers).filter((name) => headers.has(name) && !answer.headers[name]);
  if (silent.length > 0) return `${operationId} ${status} does not describe ${silent.join(', ')}`;
  if (!answer.content) return body === '' ? undefined : `${operationId} ${status} has a body`;
  const type = headers.get('content-type') ?? '';
  const shown = answer.content[type]?.schema;
  if (!shown) return `${operationId} ${status} ${type} is not described`;
  const whole = JSON.stringify({ ...Object(shown), $defs: document.components.schemas });
  const schema = z.fromJSONSchema(JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/')));
  const checked = schema.safeParse(JSON.parse(body));
  return checked.success ? undefined : `${operationId}: ${z.prettifyError(checked.error)}`;
}
