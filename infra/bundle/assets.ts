import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionSpec } from '../stage/function-table.ts';
import type { StageSettings } from '../stage/settings.ts';
import type { Bundle } from './bundle.ts';

/** The folder that is deployed for a function: `index.mjs` and the files of the table beside it. */
export type AssetFolder = (spec: FunctionSpec) => string;

/**
 * @param folder where to write, one folder for each function; what is there already is overwritten
 * @param openApiDocument the body of `GET /openapi.json`
 */
export function assetFolders(
  folder: string,
  bundle: Bundle,
  settings: StageSettings,
  openApiDocument: unknown,
): AssetFolder {
  return ({ name, files }) => {
    const code = bundle.get(name)?.code;
    if (code === undefined) throw new Error(`functions/${name}.entry.ts is not in the bundle`);
    const target = join(folder, name);
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, 'index.mjs'), code);
    const texts = { 'grants.json': () => grantsJson(settings), 'openapi.json': () => JSON.stringify(openApiDocument) };
    for (const file of files) writeFileSync(join(target, file), texts[file]());
    return target;
  };
}

/** Caller name -> its grants; deny by default, so a caller without grants reads nothing. */
function grantsJson({ callers }: StageSettings): string {
  return JSON.stringify(Object.fromEntries(Object.entries(callers).map(([name, { grants }]) => [name, { grants }])));
}
