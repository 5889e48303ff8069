import { describe, expect, test } from 'vitest';
import type { Item } from '../../../lib/balances/codec.ts';
import { versionOf } from '../../../lib/login-gate/content.ts';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import { type InspectDeps, inspect } from '../../../lib/operate/actions.ts';
import { createTimetable } from '../../../lib/slots.ts';
import { always, type Timetables } from '../../../lib/timetables.ts';
import { createStage, credentialsOf, partner, tokenUrl } from '../../rigs/login-gate-setup.ts';
import { createLabels } from '../../rigs/operate-setup.ts';

const timetable = createTimetable(900, 300);
const timetables = async () => always(timetable);
const noon = Date.UTC(2026, 0, 1, 12);

function inspector(item?: Partial<GateItem>, changes: Partial<InspectDeps> = {}) {
  const stage = createStage([], item !== undefined);
  const before = stage.item();
  if (before) stage.table.put({ ...before, ...item });
  const metrics: unknown[] = [];
  const deps: InspectDeps = {
    log: () => {},
    metric: (name, value, dimensions) => void metrics.push([name, value, dimensions?.partner]),
    gate: { ...stage.deps, store: stage.table },
    secrets: { fetchSecret: createLabels().deps.fetchSecret, secretIds: { [partner]: 'secret' }, tokenUrl },
    coverage: { table: { query: async () => ({ items: [], after: undefined }) }, timetables, graceMs: 60_000 },
    ...changes,
  };
  return { stage, metrics, deps, look: (event: unknown) => inspect(deps, event) };
}

const { content, pair } = versionOf(credentialsOf('v0'));
const refusal = { content, pair, versionId: 'v0', at: 0, standing: true };
const failed = (count: number) => [{ pair, count }];

describe('status', () => {
  test.each<[string, Partial<GateItem> | undefined, object, number]>([
    ['never opened', undefined, { kind: 'closed', reason: 'never-opened' }, 0],
    ['closed at one', { failures: failed(1), refused: [refusal] }, { kind: 'closed', reason: 'password-refused' }, 1],
    ['closed at two', { failures: failed(2) }, { kind: 'closed', reason: 'locked-out-risk' }, 1],
    ['well', {}, { kind: 'login', permitted: false }, 0],
    ['waiting', { backOff: { ms: 1, until: 4e12 } }, { kind: 'wait', why: 'backing-off' }, 0],
  ])('of a gate %s is its one verdict, and its gauge', async (_, item, verdict, shut) => {
    const { look, metrics, stage } = inspector(item);
    const answer = await look({ action: 'status', gauge: true });
    const count = item?.failures?.[0]?.count ?? 0;
    expect(answer).toMatchObject({
      gates: [{ partner, readable: true, verdict, count, versionId: item ? 'v0' : null }],
    });
    expect(metrics).toEqual([
      ['GateShut', shut, partner],
      ['GateFailures', count, partner],
    ]);
    expect(stage.logins).toEqual([]);
  });

  // A success of AWSPREVIOUS, of the same API client, ends that the refusal of AWSCURRENT stands.
  test.each([true, false])(
    'says that the current version was refused and the previous one is sent, standing %s',
    async (standing) => {
      const old = versionOf(credentialsOf('old'));
      const one = { refused: [{ ...refusal, standing }], proven: [old.content] };
      const waiting = { backOff: { ms: 1, until: 4e12 }, failures: failed(1) };
      for (const item of [one, { ...one, ...waiting }]) {
        const { look, stage } = inspector(item);
        stage.secrets.versions.unshift(credentialsOf('old'));
        expect(await look({ action: 'status' })).toMatchObject({ gates: [{ wasRefused: true, sends: 'previous' }] });
      }
    },
  );

  test('says that the current version is sent, nothing of a closed gate, and whether a success clears the count', async () => {
    const of = async (item?: Partial<GateItem>) => inspector(item).look({ action: 'status' });
    expect(await of({})).toMatchObject({ gates: [{ wasRefused: false, otherFails: false, sends: 'current' }] });
    expect(await of({ failures: [{ pair: 'x', count: 1 }] })).toMatchObject({ gates: [{ otherFails: true }] });
    expect(await of({ failures: failed(1), control: { tries: 1, at: 4e12 } })).toMatchObject({
      gates: [{ sends: 'current' }],
    });
    expect(await of({ failures: failed(2) })).toMatchObject({ gates: [{ sends: null, hasFailed: false }] });
    const lastLogin = { at: 0, partner, versionId: 'v0', content, outcome: 'possible', evidence: '403 html' };
    expect(await of({ failures: failed(2), lastLogin })).toMatchObject({
      gates: [{ sends: null, hasFailed: true, wasRefused: false }],
    });
    expect(await of()).toMatchObject({ gates: [{ sends: null }] });
  });

  test('that an operator asks for moves no gauge: it would hide a schedule that is silent', async () => {
    const { look, metrics } = inspector({ failures: failed(2) });
    expect(await look({ action: 'status', partner })).toMatchObject({ gates: [{ verdict: { kind: 'closed' } }] });
    expect(metrics).toEqual([]);
  });

  test('of a gate that cannot be read says why, and moves no gauge', async () => {
    const { look, metrics, stage } = inspector({});
    stage.secrets.down = true;
    expect(await look({ action: 'status', partner, gauge: true })).toMatchObject({
      gates: [{ partner, readable: false, reason: 'unreachable' }],
    });
    expect(metrics).toEqual([]);
  });

  test('of a partner that is not there is empty, and an event that is none is refused', async () => {
    const { look } = inspector({});
    expect(await look({ action: 'status', partner: 'other' })).toMatchObject({ gates: [] });
    expect(await look({ action: 'open', partner })).toMatchObject({ action: 'none', outcome: 'invalid-event' });
    expect(await look({ action: 'status', extra: 1 })).toMatchObject({ outcome: 'invalid-event' });
  });
});

describe('check-secret', () => {
  const texts = (secrets: Record<string, object>) => ({
    secrets: {
      tokenUrl,
      secretIds: Object.fromEntries(Object.keys(secrets).map((name) => [name, name])),
      fetchSecret: async (id: string, selector: object) =>
        'stage' in selector && selector.stage === 'AWSCURRENT'
          ? { text: JSON.stringify(secrets[id]), versionId: `${id}-1` }
          : undefined,
    },
  });
  const good = credentialsOf('v0');

  test('says the form of each, and shows nothing of it', async () => {
    const odd = { ...good, basicSecret: 'p:a%2Fs' };
    const secrets = { acme: good, odd, bad: { ...good, password: 'x ' }, empty: { placeholder: 'x' } };
    const answer = await inspector(undefined, texts(secrets)).look({ action: 'check-secret' });
    expect(answer).toMatchObject({
      secrets: [
        { partner: 'acme', problem: null, versionId: 'acme-1', encryption: 'off', oddBasicSecret: false },
        { partner: 'odd', oddBasicSecret: true },
        { partner: 'bad', problem: 'invalid', fields: ['password'] },
        { partner: 'empty', problem: 'not-filled' },
      ],
      sharedClients: [],
      unequalSecrets: [['acme', 'odd']],
    });
    expect(JSON.stringify(answer)).not.toMatch(/password-v0|basic-secret|p:a%2Fs/);
  });

  test('names partners whose users differ and whose API client is the same', async () => {
    const secrets = { acme: good, beta: { ...good, username: 'other' }, same: { ...good, partnerId: 'P2' } };
    const alone = { ...good, clientId: 'another', username: 'third' };
    expect(await inspector(undefined, texts({ ...secrets, alone })).look({ action: 'check-secret' })).toMatchObject({
      sharedClients: [['acme', 'beta', 'same']],
    });
    expect(
      await inspector(undefined, texts({ acme: good, same: secrets.same, alone })).look({ action: 'check-secret' }),
    ).toMatchObject({ sharedClients: [] });
  });

  test('names partners of one user whose secrets log in with other values: neither opens the other’s token', async () => {
    const secrets = { acme: good, beta: { ...good, clientId: 'another' }, other: { ...good, username: 'other' } };
    const answer = await inspector(undefined, texts(secrets)).look({ action: 'check-secret' });
    expect(answer).toMatchObject({ unequalSecrets: [['acme', 'beta']] });
    expect(JSON.stringify(answer)).not.toMatch(/password-v0|basic-secret|another/);
    const equal = { acme: good, beta: { ...good, partnerId: 'P2', encryption: 'off' } };
    expect(await inspector(undefined, texts(equal)).look({ action: 'check-secret' })).toMatchObject({
      unequalSecrets: [],
    });
  });

  test('tells a version that waits, one that is not there, and a store that cannot be asked', async () => {
    const reads = (labels: ReturnType<typeof createLabels>) => ({
      secrets: { fetchSecret: labels.deps.fetchSecret, secretIds: { [partner]: 'secret' }, tokenUrl },
    });
    const labels = createLabels('new');
    const look = () => inspector(undefined, reads(labels)).look({ action: 'check-secret', partner });
    expect(await look()).toMatchObject({ secrets: [{ versionId: 'v0', pendingId: 'v1' }] });
    labels.labels.clear();
    expect(await look()).toMatchObject({ secrets: [{ problem: 'absent' }] });
    labels.trouble.isDown = true;
    expect(await look()).toMatchObject({ secrets: [{ problem: 'unreachable' }] });
  });
});

describe('coverage', () => {
  const run = { sk: 'slot#2026-01-01T11:45:00Z', state: 'ended', expected: 2, measured: 2, failed: 0, missed: 0 };
  const coverageAt = async (now: number, pages: (readonly Item[])[], days: readonly Item[] = []) => {
    const asked: string[] = [];
    const query = async ({ values }: { values: Readonly<Record<string, string>> }) => {
      const { ':first': first = '' } = values;
      if (first.startsWith('day#')) return { items: days, after: undefined };
      asked.push(first);
      return { items: pages.shift() ?? [], after: undefined };
    };
    const { deps, look } = inspector(undefined, { coverage: { table: { query }, timetables, graceMs: 60_000 } });
    Object.assign(deps.gate, { now: () => now });
    const answer = await look({ action: 'coverage' });
    return { answer, asked };
  };

  test('is of the last slot whose window, grace and reconciler are over', async () => {
    for (const [after, slot] of [
      [0, '11:45'],
      [479_000, '11:45'],
      [481_000, '12:00'],
    ] as const) {
      const { answer, asked } = await coverageAt(noon + after, [[run]]);
      expect(asked).toEqual([`slot#2026-01-01T${slot}:00Z`]);
      expect(answer).toMatchObject({ slot: `2026-01-01T${slot}:00Z`, coverage: { state: 'ended', measured: 2 } });
    }
  });

  test('is of the timetable that was the one then', async () => {
    const hourly = createTimetable(3600, 300);
    const changed = async (): Promise<Timetables> => [
      { from: noon - 86_400_000, timetable: hourly },
      { from: noon - 60_000, timetable },
    ];
    const asked: string[] = [];
    const query = async ({ values }: { values: Readonly<Record<string, string>> }) => {
      const { ':first': first = '' } = values;
      if (first.startsWith('slot#')) asked.push(first);
      return { items: [run], after: undefined };
    };
    const coverage = { table: { query }, timetables: changed, graceMs: 60_000 };
    const { deps, look } = inspector(undefined, { coverage });
    Object.assign(deps.gate, { now: () => noon });
    await look({ action: 'coverage' });
    // Hours begin at half past in UTC.
    expect(asked).toEqual(['slot#2026-01-01T11:30:00Z']);
  });

  test.each<[string, (readonly Item[])[], string]>([
    ['under way', [[{ ...run, state: 'planned' }]], 'planned'],
    ['written by another version', [[{ ...run, state: 'strange' }]], 'unreadable'],
    ['lost when slots before it were planned', [[], [run]], 'never-planned'],
    ['of a stage where none ever was', [[], []], 'no-slot-yet'],
  ])('%s is told', async (_, pages, state) => {
    expect((await coverageAt(noon, pages)).answer).toMatchObject({ coverage: { state } });
  });

  test('tells watches that no grant covers, and accounts that had no balance all day', async () => {
    const day = { sk: 'day#2025-12-31', accounts: 5, unmeasured: 2, named: 'CEKTEST001/CA1 CEKTEST001/CA2' };
    const { answer } = await coverageAt(noon, [[{ ...run, suspended: 3 }]], [day]);
    expect(answer).toMatchObject({
      coverage: { suspended: 3 },
      lastDay: { day: '2025-12-31', unmeasured: 2, named: ['CEKTEST001/CA1', 'CEKTEST001/CA2'] },
    });
    expect((await coverageAt(noon, [[run]])).answer).toMatchObject({ lastDay: null });
  });

  test('is out of sight while the table is', async () => {
    const table = { query: () => Promise.reject(new Error('down')) };
    const { look } = inspector(undefined, { coverage: { table, timetables, graceMs: 60_000 } });
    expect(await look({ action: 'coverage' })).toMatchObject({ coverage: { state: 'table-unreachable' } });
  });
});
