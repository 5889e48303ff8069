import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { settingsOf, templateOf } from '../rigs/synth.ts';

const linter = 'cfn-lint';
const isInstalled = spawnSync(linter, ['--version']).status === 0;
if (!isInstalled) console.log(`SKIPPED ${linter}: it is not installed here (pip install ${linter})`);

describe.runIf(isInstalled)('cfn-lint', () => {
  test('has nothing to say about the template of any stage', () => {
    const folder = mkdtempSync(join(tmpdir(), 'templates-'));
    const files = (['dev', 'uat', 'live'] as const).map((stage) => {
      const file = join(folder, `${stage}.template.json`);
      writeFileSync(file, JSON.stringify(templateOf(settingsOf(stage)).toJSON()));
      return file;
    });
    const { stdout, status } = spawnSync(linter, ['-t', ...files], { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});
