import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { SettingsError } from './settings.ts';

const schema = z.object({ context: z.object({ stages: z.record(z.string(), z.unknown()) }) });

const cdkJsonFile = join(import.meta.dirname, '..', '..', 'cdk.json');

/**
 * The stages of cdk.json, not looked at yet.
 * @throws SettingsError naming the line that cannot be read, or a key that stands twice: JSON.parse would keep the last
 * one alone, and the grants of the first would be gone.
 */
export function readStages(text = readFileSync(cdkJsonFile, 'utf8')): Readonly<Record<string, unknown>> {
  const parsed = schema.safeParse(parse(text));
  if (!parsed.success) throw new SettingsError('cdk.json: context.stages must map stage names to settings');
  const twice = duplicateKeys(text);
  if (twice.length === 0) return parsed.data.context.stages;
  throw new SettingsError(
    twice.map((path) => `cdk.json: ${path} stands twice; only the last one would count`).join('\n'),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Settings hold no secret, so the parser's own words may be shown.
    throw new SettingsError(`cdk.json cannot be read: ${error instanceof Error ? error.message : ''}`);
  }
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Paths of keys that stand twice in one object of a valid JSON text. */
export function duplicateKeys(text: string): readonly string[] {
  const found: string[] = [];
  const open: { readonly keys: Set<string>; key: string }[] = [];
  const all = text.match(tokens) ?? [];
  for (const [index, token] of all.entries()) {
    if (token === '{' || token === '[') open.push({ keys: new Set(), key: '' });
    if (token === '}' || token === ']') open.pop();
    const object = open.at(-1);
    if (object === undefined || all[index + 1] !== ':') continue;
    object.key = String(JSON.parse(token));
    if (object.keys.has(object.key))
      found.push(
        open
          .map(({ key }) => key)
          .filter((key) => key !== '')
          .join('.'),
      );
    object.keys.add(object.key);
  }
  return found;
}
