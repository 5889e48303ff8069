import { describe, expect, test } from 'vitest';
import { type Finding, type Profile, runProfile } from './judge.ts';
import { deployRemembering as deploy } from './remembered.ts';

const { PROVE, SEEDS, SEED, PROFILE, TRACE } = process.env;
/** `SEEDS=50` runs so many of each profile, `PROVE=1` 10,000; `PROFILE='crashes' SEED=17 TRACE=1` replays one and tells its story. */
const countOf = (usual: number): number => Number(SEEDS ?? (PROVE ? 10_000 : usual));

/** R1 asks for 200 seeds of each fault in `npm test`; other figures are content with fewer. */
export function describeProfiles(title: string, profiles: readonly Profile[], usual = 25): void {
  const count = countOf(usual);
  describe(title, () => {
    const chosen = profiles.filter(({ name }) => PROFILE === undefined || PROFILE === name);
    test.each(chosen.map((profile) => ({ profile, name: profile.name })))(
      'keeps its contract under «$name»',
      { timeout: 60 * 60_000 },
      async ({ profile }) => {
        const bad: string[] = [];
        let closed = 0;
        const [first, last] = SEED === undefined ? [1, count] : [Number(SEED), Number(SEED)];
        for (let seed = first; seed <= last && bad.length < 3; seed += 1) {
          const finding = await runProfile(profile, seed, deploy);
          if (TRACE) console.log(finding.run.trace.join('\n'));
          if (finding.run.closed.length > 0) closed += 1;
          if (finding.symptoms.length > 0) bad.push(report(finding));
        }
        expect(bad).toEqual([]);
        expect(closed).toBeLessThanOrEqual(Math.ceil((profile.expects.closedShare ?? 1) * (last - first + 1)));
      },
    );
  });
}

function report({ profile, seed, symptoms }: Finding): string {
  return `${symptoms.join('; ')} (replay: PROFILE='${profile}' SEED=${seed} TRACE=1 npm run test:simulation)`;
}
