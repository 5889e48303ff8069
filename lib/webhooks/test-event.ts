import { randomBytes } from 'node:crypto';
import type { PublishedEvent } from '../alerts/published.ts';
import { slotText } from '../instants.ts';

/** A made-up low balance, of an account that nobody has. @param now epoch ms */
export function testEvent(now: number): PublishedEvent {
  return {
    type: 'balance.low',
    timestamp: slotText(now),
    data: {
      eventId: randomBytes(16).toString('hex'),
      companyId: 'CEKTEST000',
      cardAccountId: 'CATEST000',
      test: true,
      title: 'Test: no balance is low',
      text: 'This is a test of the webhook. No balance is low.',
    },
  };
}
