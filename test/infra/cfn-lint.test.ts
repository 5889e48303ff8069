import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { everySetting } from '../rigs/stage-variants.ts';
import { settingsOf, templateOf } from '../rigs/synth.ts';

const linter = 'cfn-lint';
const isInstalled = spawnSync(linter, ['--version']).status === 0;

// With every optional setting a template holds all that the same stage has without it. `npm run prove -- R10` takes both.
const isProof = process.env.PROOF !== undefined;
const variants = [everySetting, ...(isProof ? [{}] : [])];

describe.runIf(isInstalled)('cfn-lint', () => {
  test.each(['dev', 'uat', 'live'] as const)('has nothing to say about %s with every optional setting on', (stage) => {
    const folder = mkdtempSync(join(tmpdir(), 'templates-'));
    const files = variants.map((changes, index) => {
      const file = join(folder, `${stage}-${index}.template.json`);
      writeFileSync(file, JSON.stringify(templateOf(settingsOf(stage, changes)).toJSON()));
      return file;
    });
    const { stdout, status } = spawnSync(linter, ['-t', ...files], { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});
