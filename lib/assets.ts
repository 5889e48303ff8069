import { readFileSync } from 'node:fs';

/** A file that synth wrote beside the bundle. In a bundle every module's URL is the bundle's. */
export function readAsset(name: 'grants.json' | 'openapi.json'): string {
  return readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
}
