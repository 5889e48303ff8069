import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A section's title in test/proof.md -> the files and folders that its figures are about. */
const subjects: Readonly<Record<string, readonly string[]>> = {
  'R1, R2, R3': ['lib/login-gate', 'lib/enkash/token-request.ts', 'test/simulation/gate'],
  R4: ['lib/login-gate', 'test/simulation/gate'],
  'R5, R6': ['lib/snapshots', 'lib/balances', 'lib/alerts', 'test/simulation/snapshot-fleet.ts'],
  R23: [
    'lib/snapshots',
    'lib/balances',
    'lib/alerts',
    'lib/timetables.ts',
    'test/simulation/snapshot-histories.ts',
    'test/simulation/snapshot-model.ts',
  ],
  R7: ['functions', 'lib/api', 'test/rigs/hostile-events.ts'],
  R8: ['functions', 'lib', 'test/rigs/canary.ts', 'test/rigs/leak-runs.ts'],
  R9: ['infra', 'test/supply-chain', 'package-lock.json'],
  'R10, R11, R15': ['infra'],
  R12: ['functions', 'lib/api', 'lib/grants.ts'],
  R13: ['lib/account', 'lib/enkash', 'lib/api'],
  R14: ['lib/enkash'],
  receivers: ['lib/webhooks', 'lib/alerts', 'functions/deliver-webhooks.ts', 'test/rigs/receivers'],
  csv: ['lib/api', 'lib/balances', 'functions/get-company-balances.ts'],
  clients: ['lib/api', 'lib/errors.ts', 'openapi.json', 'test/clients/languages', 'test/clients/schemathesis.ts'],
  R21: ['lib/enkash', 'lib/login-gate', 'lib/api', 'lib/snapshots', 'infra/bundle', 'test/local'],
  R22: ['lib/account', 'lib/enkash', 'lib/api', 'lib/alerts', 'lib/balances', 'lib/webhooks', 'lib/log.ts'],
  R16: ['.stryker.json', 'lib/login-gate', 'lib/enkash', 'lib/grants.ts', 'lib/log.ts', 'lib/api/api-request.ts'],
  R17: ['lib/login-gate', 'test/simulation/gate'],
  R18: ['lib/login-gate', 'lib/enkash/token-request.ts', 'test/simulation/gate'],
  R19: ['lib/login-gate', 'test/simulation/gate'],
  R20: ['lib/login-gate', 'test/simulation/gate'],
  'R17, commands': ['infra/commands', 'lib/operate', 'lib/login-gate', 'test/e2e/operator-stories.ts'],
  R24: ['infra/stage', 'lib/grants.ts', 'lib/enkash-url.ts'],
};

/** No figure is about a document. */
const notDocuments = [':(exclude)*.md'];

/** A section of the proof: its title, and the commit that it was run at. */
type Section = { readonly title: string; readonly commit: string };

export function sectionsOf(proof: string): readonly Section[] {
  return [...proof.matchAll(/^## (.+)\n\n.*?\bcommit ([0-9a-f]{7,40})\b/gm)].map(([, title = '', commit = '']) => ({
    title,
    commit,
  }));
}

/**
 * A line for each section of test/proof.md that is older than the files it is about. Git compares, so a clone without
 * the commit says so; outside of git there is nothing to say.
 */
export function proofsToRunAgain(root: string, proof = readFileSync(join(root, 'test/proof.md'), 'utf8')): string[] {
  return sectionsOf(proof).flatMap(({ title, commit }) => {
    const paths = subjects[title];
    if (paths === undefined)
      return [`test/proof.md, ${title}: test/proof-age.ts does not know which files it is about`];
    const git = spawnSync('git', ['diff', '--name-only', commit, '--', ...paths, ...notDocuments], {
      cwd: root,
      encoding: 'utf8',
    });
    if (git.error) return [];
    if (git.status !== 0)
      return [`test/proof.md, ${title}: this clone does not hold commit ${commit}, so its age is not known`];
    const changed = git.stdout.split('\n').filter(Boolean).length;
    const again = `npm run prove -- ${title.replaceAll(',', '')}`;
    return changed === 0 ? [] : [`test/proof.md, ${title}: ${changed} of its files changed since ${commit}; ${again}`];
  });
}
