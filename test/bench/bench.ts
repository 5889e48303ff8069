/**
 * `npm run bench`: the goals of performance.md, printed as tables. G1 to G5 are measured on get-card-account as deployed,
 * next to a peer and a floor; `-- --snapshots` measures G6 to G9. `--rounds 15` for more of them, `--write` keeps the tables.
 */
import { parseArgs } from 'node:util';
import { limitCpu } from './cpu-share.ts';
import { measureSnapshots } from './snapshots.ts';
import { measureStartsAndCalls } from './starts.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    snapshots: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

// Where we may: ahead of whatever else the machine does.
const share = limitCpu(process.pid);
const report = values.snapshots ? await measureSnapshots() : await measureStartsAndCalls(Number(values.rounds));
share.release();
report.finish(values.write ? (values.snapshots ? 'results-snapshots.md' : 'results.md') : undefined);
