import { describe, expect, test } from 'vitest';
import { synthProblems, variantsOf } from '../../rigs/settings-proof.ts';
import { pairwiseChanges, unvaried } from '../../rigs/stage-variants.ts';
import { settingsOf } from '../../rigs/synth.ts';

describe('what settings -- check accepts', () => {
  // All of them: npm run prove -- R24.
  const rows = pairwiseChanges();
  const audited = rows.filter((changes) => changes.audited === undefined && changes.alarmEmails !== undefined);
  const free = rows.filter(({ audited }) => audited === false);
  const stages = [...audited.slice(0, 1), ...free.slice(0, 1)].flatMap(variantsOf);

  test('varies every setting of the schema', () => {
    expect(unvaried).toEqual([]);
    expect(rows.length).toBeGreaterThan(6);
  });

  test.each(stages.map((settings, index) => [`${settings.stage} ${index}`, settings] as const))(
    'synthesises with all packs and no surplus of resources: %s',
    (_name, settings) => {
      expect(synthProblems(settings)).toEqual([]);
    },
  );

  test('is told from a stage that an audit refuses', () => {
    expect(synthProblems({ ...settingsOf('live'), waf: false }).join()).toContain('APIGWAssociatedWithWAF');
  });
});
