import { spawnSync } from 'node:child_process';

/** The Chromium of this machine; undefined where there is none. */
export function chromiumPath(): string | undefined {
  const names = [process.env.CHROMIUM ?? '', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return names.find((name) => name !== '' && spawnSync(name, ['--version']).status === 0);
}
