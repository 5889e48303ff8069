import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sandboxCredentials } from '../local/enkash-sandbox.ts';

const root = join(import.meta.dirname, '..', '..');

/** What may lie about in the shell of whoever deploys. */
const planted = {
  AWS_SECRET_ACCESS_KEY: 'planted-secret-access-key-4f1d',
  AWS_SESSION_TOKEN: 'planted-session-token-9a77',
  CLIENT_SECRET: 'planted-client-secret-c03e',
  ENKASH_SECRET_FILE: '/planted/secret-file-51b2',
  NPM_TOKEN: 'planted-npm-token-77aa',
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'synth-'));
  const env = { ...process.env, ...planted, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: contextOf('uat') };
  execFileSync(process.execPath, ['infra/app.ts'], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
});
afterAll(() => rmSync(folder, { recursive: true }));

function contextOf(stage: string): string {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'));
  return JSON.stringify({ ...context, stage });
}

/** Everything that a deployment would upload: templates, assets, manifests. */
const uploaded = () =>
  globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('what a deployment uploads', () => {
  test('holds templates and bundles, and no source map', () => {
    const files = uploaded();
    expect(files.filter((file) => file.endsWith('.template.json'))).toHaveLength(1);
    expect(files.filter((file) => file.endsWith('index.mjs')).length).toBeGreaterThanOrEqual(9);
    expect(files.filter((file) => /\.map$|\.ts$|package\.json$/.test(file))).toEqual([]);
  });

  test('holds nothing of the environment it was made in, nor of the sandbox', () => {
    const { encryption: _, ...sandbox } = sandboxCredentials;
    const secrets = [...Object.values(planted), ...Object.values(sandbox)];
    const forms = secrets.flatMap((secret) => [
      secret,
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('hex'),
    ]);
    const hits = uploaded().flatMap((file) => {
      const text = readFileSync(file, 'latin1');
      return forms.filter((form) => text.includes(form)).map((form) => `${file}: ${form}`);
    });
    expect(hits).toEqual([]);
  });
});
