import { bundle } from '../../infra/bundle/bundle.ts';
import { parseStage } from '../../infra/stage/settings.ts';
import { parseSecret } from '../../lib/enkash/credentials.ts';
import { createTransport } from '../../lib/enkash/transport.ts';
import { judgeLogin } from '../../lib/login-gate/outcome.ts';
import { createMemoryTable } from './memory-table.ts';
import * as samples from './samples.ts';
import { createWorker } from './worker.ts';

/** What replayed bug reports take from the project, wherever it stands: they import this file alone, by these names. */
export { bundle, createMemoryTable, createTransport, createWorker, judgeLogin, parseSecret, parseStage, samples };
