import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { build } from 'esbuild';
import type { GateFactory } from './gate-fleet.ts';

/** A gate that is broken on purpose: texts of the production sources, and what stands there instead. */
export type Mutant = { readonly name: string; readonly patches: readonly Patch[] };
type Patch = { readonly file: string; readonly find: string; readonly replace: string };

const rules = (find: string, replace: string): Patch => ({ file: 'rules.ts', find, replace });
const tokens = (find: string, replace: string): Patch => ({ file: 'tokens.ts', find, replace });
const lease = (find: string, replace: string): Patch => ({ file: 'lease.ts', find, replace });
const acquire = (find: string, replace: string): Patch => ({ file: 'acquire.ts', find, replace });

const closedAtTwo = 'if (item.failures >= MAX_FAILURES && !item.allowOne) return';
const belowTwo = 'versionId !== undefined && item.failures < MAX_FAILURES';

export const mutants: readonly Mutant[] = [
  {
    name: 'permission not spent by a login that needed none',
    patches: [
      rules(
        '    allowOne: false,\n    lease:',
        '    allowOne: item.allowOne && item.failures < MAX_FAILURES,\n    lease:',
      ),
    ],
  },
  { name: 'no lease', patches: [rules('if (lease && now < lease.until) {', 'if (now < 0) {')] },
  { name: 'short lease', patches: [rules('const LEASE_MS = 70_000;', 'const LEASE_MS = 2_000;')] },
  {
    name: 'no fence after a thaw',
    patches: [
      lease('if (deps.now() - lease.since > TRUSTED_MS) {', 'if (deps.now() < 0) {'),
      lease('if (!credentials || tooLate) {', 'if (!credentials) {'),
    ],
  },
  {
    name: 'no count before sending',
    patches: [
      rules('failures: item.failures + 1,', 'failures: item.failures,'),
      rules('failures: item.failures - 1,', 'failures: item.failures,'),
      rules(
        '{ ...item, lease: undefined, lastLoginAt: at.sent };',
        '{ ...item, failures: item.failures + 1, lease: undefined, lastLoginAt: at.sent };',
      ),
    ],
  },
  {
    name: 'fail open',
    patches: [
      acquire(
        "if (failedReads > 1) throw refuse(deps, memory, blocked('gate-unreachable'));",
        `if (failedReads > 1) {
          const credentials = await deps.credentials.current(memory.partner);
          const lease = { owner: memory.me, fence: 0, since: now(), until: now(), versionId: credentials.versionId, allowed: false };
          const item = { partner: memory.partner, rev: 0, failures: 0, fence: 0, proven: [], refused: [], allowOne: false };
          const use = await useLease(deps, memory, item, lease, deadline, credentials);
          if (use.kind === 'session') return use.session;
          throw blocked('gate-unreachable');
        }`,
      ),
    ],
  },
  { name: 'no owner echo', patches: [rules("if (lease?.owner === me) return { kind: 'mine', lease };", '')] },
  {
    name: 'no refusal memory',
    patches: [
      rules('const refused = [refusal, ...others].slice(0, REMEMBERED_VERSIONS)', 'const refused = item.refused'),
    ],
  },
  {
    name: 'both versions retried for ever',
    patches: [
      rules(closedAtTwo, 'if (now < 0) return'),
      rules(belowTwo, 'versionId !== undefined'),
      rules('!refusalOf(id)?.standing', '(refusalOf(id)?.times ?? 0) <= (refusalOf(current.versionId)?.times ?? 0)'),
    ],
  },
  {
    name: 'refresh ahead of expiry',
    patches: [
      tokens('const EARLY_MS = 1_000;', 'const EARLY_MS = 60_000;'),
      rules('if (token && !token.dead && now < token.endsAt) {', 'if (token && now < 0) {'),
    ],
  },
  {
    name: 'token life trusted at 86399 s',
    patches: [tokens('const TOKEN_LIFE_CAP_MS = 300_000;', 'const TOKEN_LIFE_CAP_MS = 86_399_000;')],
  },
  {
    name: 'a new version reopens at two',
    patches: [rules(closedAtTwo, 'if (now < 0) return'), rules(belowTwo, 'versionId !== undefined')],
  },
];

/** Builds the production gate with the mutant's patches. @throws Error when a patched text is not in the source exactly once. */
export async function buildMutant({ name, patches }: Mutant): Promise<GateFactory> {
  const used = new Set<Patch>();
  const { outputFiles } = await build({
    entryPoints: [new URL('../../lib/login-gate/gate.ts', import.meta.url).pathname],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    plugins: [
      {
        name: 'mutant',
        setup({ onLoad }) {
          onLoad({ filter: /login-gate[\\/][\w-]+\.ts$/ }, async ({ path }) => {
            let contents = await readFile(path, 'utf8');
            for (const patch of patches.filter(({ file }) => file === basename(path))) {
              const parts = contents.split(patch.find);
              if (parts.length !== 2)
                throw new Error(`mutant «${name}»: «${patch.find}» is there ${parts.length - 1} times`);
              contents = parts.join(patch.replace);
              used.add(patch);
            }
            return { contents, loader: 'ts' };
          });
        },
      },
    ],
  });
  if (used.size < patches.length) throw new Error(`mutant «${name}»: a patched file is not part of the gate`);
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  const built: { createLoginGate: GateFactory } = await import(
    /* @vite-ignore */ `data:text/javascript;base64,${code}`
  );
  return built.createLoginGate;
}
