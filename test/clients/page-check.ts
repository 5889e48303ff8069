import { spawnSync } from 'node:child_process';
import { chromiumPath } from '../rigs/chromium.ts';

/** The page in a browser, where there is one. */
if (chromiumPath() === undefined) {
  process.stdout.write('SKIPPED: no Chromium here (apt-get install chromium, or CHROMIUM=<path>)\n');
} else {
  const args = ['run', '-c', 'test/vitest.config.ts', 'test/clients/page'];
  process.exitCode = spawnSync('vitest', args, { stdio: 'inherit' }).status ?? 1;
}
