import { errorCodes } from '../errors.ts';
import { type JsonSchema, namedSchemas } from './openapi-schemas.ts';
import { glossary } from './routes/glossary.ts';
import { reasonWords } from './routes/reasons.ts';

/** The code is open to new ones, so it is no `enum`: a generated client would refuse what it does not know. */
export function componentSchemas(): Record<string, JsonSchema> {
  const schemas = namedSchemas();
  const codes = Object.entries(errorCodes);
  const lines = codes.map(
    ([code, { status, title, retryable }]) => `- ${code} (${status}${retryable ? ', retryable' : ''}): ${title}`,
  );
  const properties: JsonSchema = { ...Object(schemas.Problem?.properties) };
  const code = {
    ...Object(properties.code),
    description: `What went wrong, for a program. Later releases may add codes: treat an unknown one by its status and \`retryable\`.\n${lines.join('\n')}`,
    'x-extensible-enum': codes.map(([name]) => name),
  };
  return {
    ...schemas,
    Problem: { ...schemas.Problem, properties: { ...properties, code, reason: reasonSchema(properties) } },
  };
}

/** As open as the code. */
function reasonSchema({ reason }: JsonSchema): JsonSchema {
  const known = Object.entries(reasonWords);
  const lines = known.map(
    ([name, { what, passes }]) => `- ${name} (${passes ? 'passes' : 'somebody must act'}): ${what}`,
  );
  return {
    ...Object(reason),
    description: `${glossary.reason}\nOf a problem:\n${lines.join('\n')}`,
    'x-extensible-enum': known.map(([name]) => name),
  };
}
