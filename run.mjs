// usage: node run.mjs FILE [arguments…]
// Runs a file of the project on Node 24: on this Node, or else on the one that npm ci brought, or else it says how to get one.
// Plain JavaScript without new syntax: an older Node must get as far as this.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const bundled = join(root, 'node_modules', '.bin', 'node');

/** @param {string} file @param {readonly string[]} args */
export async function runOnNode24(file, args) {
  if (Number(process.versions.node.split('.')[0]) >= 24) {
    process.argv.splice(1, process.argv.length, resolve(file), ...args);
    await import(pathToFileURL(resolve(file)).href);
  } else if (existsSync(bundled)) {
    // A file that stands between this one and the project's own may ask again, so the answer must be yes by then.
    // Behind `--`, since Node takes an --env-file for its own wherever it stands.
    const child = spawn(bundled, ['--', resolve(file), ...args], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.on('close', (code) => process.exit(code === null ? 1 : code));
  } else {
    process.stderr.write(`This needs Node 24 or newer, and this is Node ${process.versions.node}. ${mend()}\n`);
    process.exitCode = 1;
  }
}

/** One line that brings Node 24 to this machine. */
function mend() {
  if (process.platform === 'darwin')
    return 'On macOS: brew install node@24 && export PATH="$(brew --prefix node@24)/bin:$PATH"';
  if (process.platform === 'win32') return 'On Windows: winget install OpenJS.NodeJS.LTS, then open a new terminal';
  const { header } = process.report.getReport();
  if (!header.glibcVersionRuntime)
    return 'On a Linux with musl (Alpine): docker run -it -v "$PWD:/app" -w /app node:24-alpine sh';
  if (!['x64', 'arm64'].includes(process.arch)) return 'On this kind of processor: nvm install 24';
  return existsSync(join(root, 'node_modules'))
    ? 'On Linux: npm ci (without --omit=optional), which brings one along'
    : 'On Linux: npm ci, which brings one along';
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [file = '', ...args] = process.argv.slice(2);
  await runOnNode24(file, args);
}
