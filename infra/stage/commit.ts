import { spawnSync } from 'node:child_process';

/** The commit that is checked out, twelve digits; undefined outside of a git checkout, or when files differ from it. */
export function headCommit(folder = import.meta.dirname): string | undefined {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
  const head = git('rev-parse', '--short=12', 'HEAD');
  const changed = git('status', '--porcelain', '--untracked-files=no');
  return head.status === 0 && changed.status === 0 && changed.stdout === '' ? head.stdout.trim() : undefined;
}

/** The OpenAPI document with the commit in its version, as build metadata: `1+0123456789ab`. */
export function withCommit(document: object, commit: string | undefined): object {
  const info = 'info' in document && typeof document.info === 'object' ? document.info : undefined;
  if (commit === undefined || !info || !('version' in info)) return document;
  return { ...document, info: { ...info, version: `${info.version}+${commit}` } };
}
