import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingsOf, templateOf } from './synth.ts';

/** W3005: CDK's Function depends on its role twice. W3010: zones are settings, as acknowledgements.ts says. */
const ignored = ['W3005', 'W3010'];

const version = spawnSync('cfn-lint', ['--version'], { encoding: 'utf8' });
const isInstalled = version.status === 0;
if (!isInstalled) console.log('SKIPPED cfn-lint: it is not installed here (pip install cfn-lint)');

describe.runIf(isInstalled)('cfn-lint', () => {
  it.each(['dev', 'uat', 'live'] as const)('has nothing to say about %s', (stage) => {
    const file = join(mkdtempSync(join(tmpdir(), 'cfn-lint-')), `${stage}.template.json`);
    writeFileSync(file, JSON.stringify(templateOf(settingsOf(stage)).toJSON()));
    const { stdout, status } = spawnSync('cfn-lint', ['--ignore-checks', ...ignored, '-t', file], { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});
