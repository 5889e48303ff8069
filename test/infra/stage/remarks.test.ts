import { expect, test } from 'vitest';
import { remarksOf } from '../../../infra/stage/remarks.ts';
import { settingsOf } from '../../rigs/synth.ts';

const remarks = (changes: Record<string, unknown>) => remarksOf(settingsOf('dev', changes)).join('\n');
const grant = { partner: 'acme', companyId: 'CEKTEST001' };
const callers = (...grants: object[]) => ({ callers: { erp: { scopes: ['read'], grants } } });
const ids = Array.from({ length: 80 }, (_, index) => `CA${index}`);

test.each<[string, Record<string, unknown>]>([
  ['alarmEmails is empty: alarms reach nobody', {}],
  ['balanceEmails is empty', {}],
  ['callers is empty: nobody can call', { callers: {} }],
  ['caller erp has no grants', callers()],
  ['caller erp has a grant twice', callers(grant, grant)],
  [
    'caller erp has CEKTEST001 through two partners',
    { partners: ['acme', 'beta'], ...callers(grant, { ...grant, partner: 'beta' }) },
  ],
  [
    'CEKTEST001 is granted through acme and beta: the caller who began a watch has its snapshots read',
    {
      partners: ['acme', 'beta'],
      callers: {
        erp: { scopes: ['read'], grants: [grant] },
        crm: { scopes: ['read'], grants: [{ ...grant, partner: 'beta' }] },
      },
    },
  ],
  ['caller erp lacks the scope read', { callers: { erp: { scopes: ['full'], grants: [grant] } } }],
  ['partner beta is in no grant', { partners: ['acme', 'beta'] }],
  [
    'snapshots.perSecond.acme: 0.1 a second reads 30 accounts in a slot, and grants name 80',
    { snapshots: { perSecond: { acme: 0.1 } }, ...callers({ ...grant, cardAccountIds: ids }) },
  ],
  ['snapshots.lateSeconds is longer than the period', { everyMinutes: 5, snapshots: { lateSeconds: 900 } }],
  ['snapshots.lateSeconds under 120', { snapshots: { lateSeconds: 60 } }],
  ['wafRate has no effect', { waf: false, wafRate: 100 }],
  ['throttle.burst (1) is less', { throttle: { rate: 500, burst: 1 } }],
])('says "%s" of what is legal and of little use', (words, changes) => {
  expect(remarks(changes)).toContain(words);
});

test('says nothing of a stage that wants nothing', () => {
  const mail = { alarmEmails: ['a@example.com'], balanceEmails: [{ email: 'b@example.com' }] };
  expect(
    remarks({ ...mail, ...callers({ ...grant, cardAccountIds: ['CA1'] }), snapshots: { perSecond: { acme: 1 } } }),
  ).toBe('');
});
