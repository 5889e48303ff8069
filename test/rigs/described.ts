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
  responses: z.record(z.string(), z.object({ content: content.optional() })),
});
export const describedSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});
export type Described = z.infer<typeof describedSchema>;

/** Every operation of a document, by its method and path. */
export function operationsOf({ paths }: Described) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ method: method.toUpperCase(), path, ...described })),
  );
}

export type Got = { readonly status: number; readonly type: string; readonly body: string };

/** What the document says against an answer: nothing, or why it does not match. */
export function objectionTo(document: Described, operationId: string, got: Got): string | undefined {
  const described = operationsOf(document).find((candidate) => candidate.operationId === operationId);
  const answer = described?.responses[got.status];
  if (!answer) return `${operationId} ${got.status} is not described`;
  if (!answer.content) return got.body === '' ? undefined : `${operationId} ${got.status} has a body`;
  const shown = answer.content[got.type]?.schema;
  if (!shown) return `${operationId} ${got.status} ${got.type} is not described`;
  const whole = JSON.stringify({ ...Object(shown), $defs: document.components.schemas });
  const schema = z.fromJSONSchema(JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/')));
  const checked = schema.safeParse(JSON.parse(got.body));
  return checked.success ? undefined : `${operationId}: ${z.prettifyError(checked.error)}`;
}
