import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cdkJson, madeUpHosts } from '../rigs/synth.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The app as the CDK CLI runs it, with other settings than cdk.json's; there are no AWS credentials at all. */
function synth(
  stage: string | undefined,
  changes: Record<string, unknown> = {},
): { status: number | null; output: string; outdir: string } {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk-out-'));
  const { stages } = cdkJson.context;
  const changed = stage === undefined ? {} : { [stage]: { ...stages[stage], ...changes } };
  const context = { stage, stages: { ...stages, ...changed } };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['infra/app.ts'], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  return { status, output: `${stdout}${stderr}`, outdir };
}

describe('node infra/app.ts', () => {
  test('writes a template and assets, looking nothing up', () => {
    const { status, outdir, output } = synth('dev', { enkash: madeUpHosts });
    expect(status).toBe(0);
    expect(output).toMatch(/^Template: .*CardAccounts-dev\.template\.json\n$/);
    const manifest = JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8'));
    expect(Object.keys(manifest.artifacts)).toContain('CardAccounts-dev');
    expect(manifest.missing).toBeUndefined();
  });

  test('fails in words where cdk-nag would have a finding that nothing acknowledges', () => {
    const { status, output } = synth('uat', { waf: false });
    expect(status).toBe(1);
    expect(output).toContain('stages.uat.waf: must be true where audited is true');
    expect(output).not.toContain('    at ');
  });

  test('means uat when no stage is named: the one that cdk.json has ready', () => {
    const { status, outdir } = synth(undefined);
    expect(status).toBe(0);
    const manifest = JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8'));
    expect(Object.keys(manifest.artifacts)).toContain('CardAccounts-uat');
  });

  test('fails with the field for wrong settings, and only then', () => {
    const { status, output } = synth('live');
    expect(status).toBe(1);
    expect(output).toContain('stages.live.enkash.apiUrl: is not filled in');
    expect(output).not.toContain('    at ');
  });
});
