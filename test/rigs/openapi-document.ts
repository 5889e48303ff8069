import * as z from 'zod';
import { openApiDocument } from '../../lib/api/openapi.ts';

const schema = z.record(z.string(), z.unknown());

const response = z.object({
  description: z.string(),
  content: z.record(z.string(), z.object({ schema })).optional(),
});

const parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  description: z.string(),
  schema,
});

const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string(),
  security: z.array(z.object({ oauth2: z.array(z.string()) })),
  parameters: z.array(parameter).optional(),
  requestBody: z.object({ required: z.boolean() }).optional(),
  responses: z.record(z.string(), response),
});

const documentSchema = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema) }),
});

export const document = documentSchema.parse(JSON.parse(JSON.stringify(openApiDocument())));

export const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => ({ name: `${method.toUpperCase()} ${path}`, ...described })),
);
