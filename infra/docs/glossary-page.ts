import { namedSchemas } from '../../lib/api/openapi-schemas.ts';
import { glossary } from '../../lib/api/routes/glossary.ts';
import { reasonWords } from '../../lib/api/routes/reasons.ts';
import { errorCodes } from '../../lib/errors.ts';
import { tableOf, textOf } from './html.ts';

/** Every field of the contract in one page, and every code. */
export function glossaryPage(): string {
  const fields = fieldsOf(namedSchemas());
  const ours = Object.entries(glossary).map(([name, meaning]) => [
    `<code>${name}</code>`,
    textOf(meaning),
    [...(fields.get(name) ?? [])].sort().join(', '),
  ]);
  const enkashs = [...fields]
    .filter(([name]) => !(name in glossary))
    .map(([name, places]) => [`<code>${name}</code>`, [...places].sort().join(', ')]);
  const codes = Object.entries(errorCodes).map(([code, { status, title, retryable }]) => [
    `<code>${code}</code>`,
    String(status),
    title,
    retryable ? 'yes, after Retry-After' : 'no',
  ]);
  const reasons = Object.entries(reasonWords).map(([reason, { what, passes }]) => [
    `<code>${reason}</code>`,
    textOf(what),
    passes ? 'yes' : 'no: somebody must act',
  ]);
  return [
    '<h1>Glossary</h1>',
    '<p>A name means the same wherever it stands.</p>',
    '<h2 id="fields">Fields</h2>',
    tableOf(['name', 'meaning', 'in'], ours),
    '<h2 id="codes">Codes of failures</h2>',
    tableOf(['code', 'status', 'meaning', 'retry'], codes),
    '<h2 id="reasons">Reasons of failures</h2>',
    tableOf(['reason', 'meaning', 'passes by itself'], reasons),
    '<h2 id="enkash">Names that are EnKash’s own</h2>',
    '<p>They stand in the full view and in the drop-in as EnKash sends them. EnKash documents no meaning for them.</p>',
    tableOf(['name', 'in'], enkashs.toSorted()),
  ].join('\n');
}

/** The name of each property -> the schemas that it stands in. */
function fieldsOf(schemas: Readonly<Record<string, unknown>>): Map<string, Set<string>> {
  const fields = new Map<string, Set<string>>();
  const look = (schema: unknown, place: string): void => {
    const { properties, items, anyOf, additionalProperties } = Object(schema);
    for (const [name, property] of Object.entries(Object(properties))) {
      fields.set(name, (fields.get(name) ?? new Set()).add(place));
      look(property, place);
    }
    if (items) look(items, place);
    for (const choice of anyOf ?? []) look(choice, place);
    if (typeof additionalProperties === 'object') look(additionalProperties, place);
  };
  for (const [name, schema] of Object.entries(schemas)) look(schema, name);
  return fields;
}
