import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const files = globSync('.github/workflows/*.{yml,yaml}', { cwd: root });
const workflow = readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8');
const linesWith = (pattern: RegExp) => workflow.split('\n').filter((line) => pattern.test(line));

describe('the workflow', () => {
  test('is one', () => {
    expect(files).toEqual(['.github/workflows/ci.yml']);
  });

  test('pins every action by the hash of a commit, and says which release that is', () => {
    const uses = linesWith(/\buses:/);
    expect(uses.length).toBeGreaterThan(4);
    expect(uses.filter((line) => !/uses: [\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  test('has no rights at the top and only these below', () => {
    expect(workflow).toMatch(/^permissions: \{\}$/m);
    const rights = linesWith(/^ {6}[\w-]+: (read|write)$/).map((line) => line.trim());
    expect(rights).toEqual(['contents: read', 'contents: read', 'id-token: write']);
    expect(linesWith(/^ {4}permissions:$/)).toHaveLength(2);
  });

  test('takes no stored secret, runs no code of a fork with rights, and puts no input into a shell line', () => {
    expect(workflow).not.toMatch(/secrets\.|pull_request_target|workflow_run/);
    expect(linesWith(/run:.*\$\{\{/)).toEqual([]);
    expect(linesWith(/persist-credentials: false/)).toHaveLength(linesWith(/actions\/checkout@/).length);
  });

  test('runs the commands of the README, and deploys from main only', () => {
    expect(linesWith(/run: npm ci$/)).toHaveLength(2);
    expect(workflow).toContain('run: npm test\n');
    expect(workflow).toContain("github.ref == 'refs/heads/main'");
  });
});
