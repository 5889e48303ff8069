/** The classes of data that have an encryption key each, by the key's description. */
export const dataClasses = [
  'Logs',
  'EnKash credentials of the partners',
  'Login gate: sealed EnKash tokens',
  'Balances over time',
  'Snapshot messages and balance events',
  'Alarm messages',
] as const;
export type DataClass = (typeof dataClasses)[number];
