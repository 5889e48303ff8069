import { spawnSync } from 'node:child_process';

/**
 * A check of its own for a suite that needs a tool of the machine: without the tool it says SKIPPED, which is neither passed
 * nor failed. Among other suites its tests would count as failed, since a skipped test proves nothing.
 * @param missing why the tool is not there, with what brings it
 */
export function runSuite(files: string, missing: string | undefined): void {
  if (missing === undefined) {
    const { status } = spawnSync('vitest', ['run', '-c', 'test/vitest.config.ts', files], { stdio: 'inherit' });
    process.exitCode = status ?? 1;
  } else process.stdout.write(`SKIPPED: ${missing}\n`);
}
