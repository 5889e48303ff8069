import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AwsError } from './aws-json.ts';

export type SecretVersion = { readonly versionId: string; readonly text: string; readonly createdAt: number };

/** The versions of one secret and the staging labels on them, moved as Secrets Manager moves them. */
export function createSecretVersions(now: () => number) {
  const versions = new Map<string, SecretVersion>();
  const labels = new Map<string, string>();

  function move(label: string, versionId: string | undefined): void {
    const before = labels.get(label);
    if (versionId === undefined) labels.delete(label);
    else labels.set(label, versionId);
    if (label === 'AWSCURRENT' && before !== undefined && before !== versionId) labels.set('AWSPREVIOUS', before);
  }

  return {
    put(versionId: string, text: string, stages: readonly string[]): void {
      const known = versions.get(versionId);
      if (known && known.text !== text)
        throw new AwsError('ResourceExistsException', 'The version has another content.');
      if (!known) versions.set(versionId, { versionId, text, createdAt: now() });
      for (const label of stages) move(label, versionId);
    },
    move,
    get: (versionId: string) => versions.get(versionId),
    labelled: (label: string) => labels.get(label),
    stagesOf: (versionId: string) => [...labels].filter(([, id]) => id === versionId).map(([label]) => label),
    /** Version id -> its labels, labelled versions only. */
    staged(): Record<string, string[]> {
      const table: Record<string, string[]> = {};
      for (const [label, versionId] of labels) table[versionId] = [...(table[versionId] ?? []), label];
      return table;
    },
  };
}
export type SecretVersions = ReturnType<typeof createSecretVersions>;

/** A version id that only depends on the content; shaped like the UUIDs of Secrets Manager. */
export function versionIdOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** Takes the file's content as AWSCURRENT whenever it has changed. A file that cannot be read changes nothing. */
export function followFile(versions: SecretVersions, file: string): void {
  const text = readOrUndefined(file);
  if (text === undefined) return;
  const versionId = versionIdOf(text);
  if (versions.labelled('AWSCURRENT') !== versionId) versions.put(versionId, text, ['AWSCURRENT']);
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
