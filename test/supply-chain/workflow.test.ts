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
    expect(rights).toEqual([
      ...['contents: read'],
      ...['contents: read', 'deployments: read', 'id-token: write'],
      ...['contents: read', 'id-token: write'],
    ]);
    expect(linesWith(/^ {4}permissions:$/)).toHaveLength(3);
  });

  test('takes no stored secret, runs no code of a fork with rights, and puts no input into a shell line', () => {
    expect(workflow).not.toMatch(/secrets\.|pull_request_target|workflow_run/);
    expect(linesWith(/run:.*\$\{\{/)).toEqual([]);
    expect(linesWith(/persist-credentials: false/)).toHaveLength(linesWith(/actions\/checkout@/).length);
  });

  test('runs the commands of the README, and deploys from main only', () => {
    expect(linesWith(/run: npm ci$/)).toHaveLength(3);
    expect(workflow).toContain('run: npm test\n');
    expect(workflow).toContain("github.ref == 'refs/heads/main'");
  });

  test('shows the diff before the protected environment, takes to live what uat has had, and smokes what it deployed', () => {
    const [, diff = '', deploy = ''] = workflow.split(/^ {2}(?:diff|deploy):$/m);
    expect(diff).toContain(`environment: \${{ inputs.stage }}-diff`);
    expect(diff).toMatch(/if: inputs\.stage == 'live'[\s\S]*environment=uat&sha=\$GITHUB_SHA[\s\S]*cdk diff/);
    expect(deploy).toMatch(
      /needs: diff[\s\S]*environment: \$\{\{ inputs\.stage \}\}\n[\s\S]*cdk deploy[\s\S]*smoke.*GITHUB_SHA/,
    );
  });
});

type Role = {
  readonly AssumeRolePolicyDocument: { readonly Statement: readonly Statement[] };
  readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
};
type Statement = { readonly Effect: string; readonly Action: string | readonly string[]; readonly Condition?: unknown };

describe('the roles of CI', () => {
  const { Resources } = JSON.parse(readFileSync(join(root, '.github/aws-roles.json'), 'utf8'));
  const roles: [string, Role][] = Object.entries<{ Properties: Role }>(Resources).map(([name, { Properties }]) => [
    name,
    Properties,
  ]);

  test.each(roles)('%s trusts one environment of one repository, and never reads a secret of EnKash', (name, role) => {
    const environment = name === 'DiffRole' ? `\${Stage}-diff` : `\${Stage}`;
    expect(role.AssumeRolePolicyDocument.Statement[0]?.Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': { 'Fn::Sub': `repo:\${Repository}:environment:${environment}` },
      },
    });
    const statements = role.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const actions = (effect: string) =>
      statements.filter(({ Effect }) => Effect === effect).flatMap(({ Action }) => Action);
    expect(actions('Allow').toSorted()).toEqual(['cloudformation:DescribeStacks', 'sts:AssumeRole']);
    expect(actions('Deny')).toEqual(expect.arrayContaining(['secretsmanager:GetSecretValue', 'kms:Decrypt']));
  });
});
