import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Grants } from '../../lib/grants.ts';
import type { AssetFolder } from '../stage/function-table.ts';
import type { StageSettings } from '../stage/stage-schema.ts';
import type { Bundle } from './bundle.ts';

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
  const grants: Grants = Object.fromEntries(
    Object.entries(callers).map(([name, caller]) => [name, { grants: [...caller.grants] }]),
  );
  return JSON.stringify(grants);
}
