import fixture from '../fixtures/card-account-get-success.json' with { type: 'json' };

export type AccountId = { readonly companyId: string; readonly cardAccountId: string };
export type AccountFields = Record<string, unknown>;
export type SandboxAccount = AccountId & { readonly fields: AccountFields; readonly atRoot: boolean };

/** The ten fields of the documented response schema, which the page draws at the body root. */
const documentedFields = [
  'availableBalance',
  'totalCards',
  'activeCards',
  'totalAllocationPoint',
  'totalRedemptionPoint',
  'currentMonthAllocationPoint',
  'currentMonthRedemptionPoint',
  'companyName',
  'companyId',
  'cardAccountId',
] as const;

const without = (fields: AccountFields, unwanted: (key: string) => boolean): AccountFields =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => !unwanted(key)));

function account(id: AccountId, change: (reward: AccountFields) => AccountFields, atRoot = false): SandboxAccount {
  const { primaryEnKashCard, ...rest } = fixture.payload;
  const reward = { ...rest, ...id, primaryEnKashCard: { ...primaryEnKashCard, ...id } };
  return { ...id, fields: change(reward), atRoot };
}

/** The one account that EnKash documents. */
export const rewardAccount = (id: AccountId): SandboxAccount => account(id, (reward) => reward);

const prepaidAccount = (id: AccountId): SandboxAccount =>
  account(id, (reward) => ({
    ...without(reward, (key) => key.includes('Point') || key.includes('Rewards')),
    accountTitle: 'Test Rewards - Prepaid',
    accountType: { name: 'RELOADABLE_GPR', label: 'Prepaid' },
    availableBalance: 250000.5,
  }));

const pettyCashAccount = (id: AccountId): SandboxAccount =>
  account(id, (reward) => ({
    ...Object.fromEntries(Object.keys(reward).map((key) => [key, null])),
    ...id,
    companyName: 'Test Rewards Pvt Ltd',
    accountType: { name: 'PETTY_CASH', label: 'Petty Cash' },
    availableBalance: 5000,
    totalCards: 1,
    activeCards: 0,
  }));

// 1005.2900000000001 is what a double adds up to upstream; 12345678.9 becomes 1.23456789E7 in Java's own printing.
const overdrawnAccount = (id: AccountId): SandboxAccount =>
  account(id, (reward) => ({
    ...without(reward, (key) => key.includes('Point')),
    accountTitle: 'Test Rewards - Corporate',
    accountType: { name: 'CORPORATE', label: 'Corporate' },
    availableBalance: -1250.75,
    availableCardBalance: 1005.2900000000001,
    usedCreditLimit: -0.05,
    creditLimit: 12345678.9,
  }));

const documentedAccount = (id: AccountId): SandboxAccount =>
  account(id, (reward) => without(reward, (key) => !documentedFields.some((field) => field === key)), true);

const company = 'CEKTEST001';
/** One account of every kind in one company, and one account in another company. */
export const sandboxAccounts: readonly SandboxAccount[] = [
  rewardAccount({ companyId: company, cardAccountId: 'CATEST001' }),
  prepaidAccount({ companyId: company, cardAccountId: 'CATEST002' }),
  pettyCashAccount({ companyId: company, cardAccountId: 'CATEST003' }),
  overdrawnAccount({ companyId: company, cardAccountId: 'CATEST004' }),
  documentedAccount({ companyId: company, cardAccountId: 'CATEST005' }),
  rewardAccount({ companyId: 'CEKTEST002', cardAccountId: 'CATEST101' }),
];
