/**
 * `npm run bench`: the goals of performance.md, printed as tables. G1 to G5 and G11 are measured on get-card-account as deployed,
 * next to peers and floors; `-- --snapshots` measures G6 to G10. `--rounds 15` for more of them, `--quick` for an idea in under three
 * minutes, `--write` keeps tables and drawing.
 */
import { readOptions } from '../rigs/arguments.ts';
import { limitCpu } from './cpu-share.ts';
import { measureSnapshots } from './snapshots.ts';
import { measureStartsAndCalls } from './starts.ts';

const usage = `npm run bench -- [--quick] [--snapshots] [--rounds N] [--write]
  Speed and size against the goals, beside peers and floors in the same run. Once before: npm run bench:install
  --quick      fewer rounds, under three minutes
  --snapshots  planner, worker, reconciler, history and cost in their place: 3 rounds, 1 with --quick
  --write      keeps the result in test/bench/results.md`;
const { values } = readOptions(usage, {
  options: {
    rounds: { type: 'string', default: '9' },
    quick: { type: 'boolean', default: false },
    snapshots: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

// Where we may: ahead of whatever else the machine does.
const share = limitCpu(process.pid);
const report = values.snapshots
  ? await measureSnapshots(values.quick ? 1 : 3)
  : await measureStartsAndCalls({ rounds: values.quick ? 5 : Number(values.rounds), quick: values.quick });
share.release();
report.finish(values.write ? (values.snapshots ? 'results-snapshots.md' : 'results.md') : undefined);
