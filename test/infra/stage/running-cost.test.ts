import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import cdkJson from '../../../cdk.json' with { type: 'json' };
import { alarmCount } from '../../../infra/stage/alarm-ids.ts';
import counted from '../../../infra/stage/counted-requests.json' with { type: 'json' };
import list from '../../../infra/stage/prices.json' with { type: 'json' };
import { costTable, millionReads, millionSnapshots } from '../../../infra/stage/running-cost.ts';
import { parseStage } from '../../../infra/stage/settings.ts';
import { runWorker } from '../../bench/worker.ts';

const uat = parseStage(cdkJson.context.stages, 'uat');

describe('what use costs on paper', () => {
  test('is computed from as many writes and reads as a batch of the worker asks for', async () => {
    const { writes, reads, returned } = await runWorker({ accounts: 128, batch: 128, latencyMs: 0 });
    expect(returned).toBe(0);
    expect({ writes: writes / 128, reads: reads / 128 }).toEqual({
      writes: counted.snapshot.writes,
      reads: counted.snapshot.reads,
    });
  });

  test('grows by the price of a write with a write, and by the NAT gateway with fixed egress', () => {
    const { read, snapshot } = counted;
    const more = { read, snapshot: { ...snapshot, writes: snapshot.writes + 1 } };
    expect(millionSnapshots(uat, more) - millionSnapshots(uat)).toBeCloseTo(0.7115, 4);
    expect(millionReads({ ...uat, egress: 'fixed' }) - millionReads({ ...uat, egress: 'open' })).toBeCloseTo(0.448, 3);
  });

  test('keeps a million accounts an hour under $60 a day, NAT data included (G9)', () => {
    expect(millionSnapshots({ ...uat, egress: 'fixed' }) * 24).toBeLessThanOrEqual(60);
  });

  test('stands in infra/README.md as `npm run cost -- --stage uat --table` prints it', () => {
    const lines = costTable(uat, alarmCount(uat)).map((cells) => `| ${cells.join(' | ')} |`);
    const readme = readFileSync('infra/README.md', 'utf8');
    for (const line of lines) expect(readme).toContain(line);
  });

  test('names a page of AWS for every price', () => {
    const sources = Object.values(list.prices).map(({ source }) => source);
    expect(sources.filter((source) => !/^https:\/\/aws\.amazon\.com\/[a-z-]+\/pricing\//.test(source))).toEqual([]);
  });
});
