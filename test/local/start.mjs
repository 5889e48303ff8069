// Starts the local stage by its path, as `npm start` does.
import { fileURLToPath } from 'node:url';
import { runOnNode24 } from '../../run.mjs';

await runOnNode24(fileURLToPath(new URL('main.ts', import.meta.url)), process.argv.slice(2));
