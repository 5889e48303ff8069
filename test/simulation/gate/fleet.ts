import type { AppError } from '../../../lib/errors.ts';
import { type Clock, createClock, createRandom } from '../../rigs/gate-clock.ts';
import { accountOf } from './card-api.ts';
import type { Deploy } from './deployment.ts';
import { createJournal } from './journal.ts';
import { createStage, type Instance, type Setting } from './stage.ts';
import type { Send } from './table.ts';
import type { Run, World } from './world.ts';

/** From API Gateway's 29 s the project keeps 9 for an answer; Lambda ends a call after 15. */
const ANSWER_MS = 9_000;
const LAMBDA_MS = 15_000;
const INIT_MS = 2_000;
/** What the operator's commands take before the story begins, and after it. */
const COMMAND_MS = 6_000;
/** So that whatever is under way at the end comes to its end. */
const SETTLE_MS = 300_000;

/** Lets a fleet live in a world. @param openTable a real table in place of the one in memory; what is written there is mirrored */
export async function runFleet(
  world: World,
  seed: number,
  deploy: Deploy,
  openTable?: (clock: Clock) => Send,
): Promise<Run> {
  const clock = createClock();
  const start = clock.now() + COMMAND_MS;
  const journal = createJournal(clock, start);
  const inTrouble = () => clock.now() - start >= world.trouble[0] && clock.now() - start < world.trouble[1];
  const setting: Setting = { world, clock, random: createRandom(seed), journal, inTrouble };
  const stage = createStage(setting, deploy, openTable?.(clock));
  const { operator } = stage.controls;

  if (world.opened) for (const { name } of world.partners) void operator.open(name, { neverTried: true });
  await clock.runUntil(start);
  for (const { atMs, act } of world.script) clock.after(atMs, () => void act(stage.controls));
  let processes = 0;
  const instances: Instance[] = [];
  const startProcess = (): Instance => {
    processes += 1;
    const instance = stage.start(`p${processes}`);
    instances.push(instance);
    return instance;
  };
  for (let index = 0; index < world.workers; index += 1) void work(setting, startProcess);
  await withoutStacks(() => clock.runUntil(start + world.ms + SETTLE_MS));
  if (instances.some(({ isAnswering }) => isAnswering)) journal.violate('a request is never answered');
  const closed: string[] = [];
  for (const { name } of world.partners) {
    void operator.isClosed(name).then((isClosed) => isClosed && closed.push(name));
  }
  await clock.runUntil(clock.now() + COMMAND_MS);
  const { violations, answers, trace } = journal;
  return { violations, answers, trace, closed, stats: stage.ledger.stats, apiCalls: stage.api.stats.calls };
}

/** One place of the fleet: one invocation after the other, in a process that is replaced when it dies. */
async function work(setting: Setting, startProcess: () => Instance): Promise<void> {
  const { world, clock, random } = setting;
  const end = clock.now() + world.ms;
  await clock.sleep(random.between(0, world.gapMs));
  let instance: Instance | undefined;
  const invocations = world.invocations ?? Number.POSITIVE_INFINITY;
  for (let done = 0; done < invocations && clock.now() < end; done += 1) {
    const cold = instance === undefined;
    instance ??= startProcess();
    const { process, deployment } = instance;
    if (cold) {
      const ready = deployment.client.prepare(world.partners.map(({ name }) => name));
      await Promise.race([ready, clock.sleep(INIT_MS), process.crashed]);
    }
    await invoke(setting, instance, cold);
    if (process.alive && random.chance(world.reap)) process.reap();
    if (!process.alive || instance.isReplaced()) instance = undefined;
    await clock.sleep(-Math.log(1 - random()) * world.gapMs);
  }
}

/** One invocation: its requests, all at once. */
async function invoke(setting: Setting, instance: Instance, cold: boolean): Promise<void> {
  const { process, deployment } = instance;
  const { world, clock, journal } = setting;
  process.thaw();
  const begun = clock.now();
  const answered = Array.from({ length: world.batch }, async () => {
    const outcome = await request(setting, deployment.client, process.now() + ANSWER_MS);
    const tookMs = clock.now() - begun;
    journal.answer({ begun, outcome, tookMs, cold, by: process.owner });
    if (tookMs > LAMBDA_MS && !process.stalledSince(begun)) {
      journal.violate('answered after Lambda would have killed it');
    }
  });
  const all = Promise.all(answered);
  // A race leaves something behind in the other promise: for a process that cannot crash, thousands of times.
  instance.isAnswering = true;
  await (world.crash > 0 ? Promise.race([all, process.crashed]) : all);
  instance.isAnswering = false;
  if (!process.alive) return;
  process.freeze();
  if (process.loginsUnderWay > 0) journal.violate('answered while its login was under way');
}

/** One request of a caller. @returns ok, or code and reason */
async function request({ world, random }: Setting, client: Instance['deployment']['client'], deadline: number) {
  const partner = world.partners[Math.floor(random() * world.partners.length)]?.name ?? '';
  const account = accountOf(Math.floor(random() * world.accounts));
  try {
    await client.readSummary({ partner, ...account, deadline });
    return 'ok';
  } catch (error) {
    const { code, reason } = error as AppError;
    if (code === undefined) throw error;
    return `${code} ${reason}`;
  }
}

/** A closed gate throws at every request, and half of a run's time would go into stacks that nobody reads. */
async function withoutStacks(run: () => Promise<void>): Promise<void> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  await run();
  Error.stackTraceLimit = stackTraceLimit;
}
