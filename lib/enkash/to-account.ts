import type { CardAccount } from '../account/account.ts';
import type { WireSummary } from './wire.ts';

/** EnKash's field names become those of the contract; what is absent becomes null. */
export function toCardAccount(wire: WireSummary): CardAccount {
  return {
    companyId: wire.companyId,
    cardAccountId: wire.cardAccountId,
    companyName: wire.companyName ?? null,
    accountTitle: wire.accountTitle ?? null,
    accountType: wire.accountType ?? null,
    cards: { total: wire.totalCards ?? null, active: wire.activeCards ?? null },
    balances: {
      available: wire.availableBalance,
      availableOnCards: wire.availableCardBalance ?? null,
      usedCredit: wire.usedCreditLimit ?? null,
      creditLimit: wire.creditLimit ?? null,
    },
    points: {
      allocated: wire.totalAllocationPoint ?? null,
      redeemed: wire.totalRedemptionPoint ?? null,
      allocatedThisMonth: wire.currentMonthAllocationPoint ?? null,
      redeemedThisMonth: wire.currentMonthRedemptionPoint ?? null,
    },
  };
}
