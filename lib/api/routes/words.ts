/** What OpenAPI says of a route and its parameters. Nothing else imports it, so no bundle carries it. */
type Words = { readonly summary: string; readonly parameters?: Readonly<Record<string, string>> };

export const words: Readonly<Record<string, Words>> = {
  getCardAccount: {
    summary: 'One card account, as EnKash states it',
    parameters: {
      view: '`full` also needs the scope card-accounts/full',
      maxAge: 'Seconds: an answer up to this age will do; default is a live one',
      staleIfError: 'Seconds: when EnKash cannot be read, the last good answer up to this age',
    },
  },
  batchGetCardAccounts: { summary: 'Up to 25 card accounts in one call, each with its account or its problem' },
  getCardAccountDropIn: { summary: "Drop-in for EnKash's Get Card Account Details" },
  listCardAccounts: { summary: 'The card accounts of a company that are known here, with their latest balances' },
  watchCardAccount: { summary: 'Puts the account on the schedule of snapshots; reads it live first' },
  unwatchCardAccount: { summary: 'Takes the account off the schedule; what was measured stays' },
  getBalances: {
    summary: 'Balances over time with coverage, or as of an instant',
    parameters: {
      from: 'inclusive; an RFC 3339 instant, or an IST date; default a day (30 for days) before `to`',
      to: 'exclusive; default now',
      interval: 'default slot',
      cursor: '`nextCursor` of the page before; replaces from, to and interval',
      at: 'asks for the last measured slot at or before it, and excludes the others',
    },
  },
  getCompanyBalances: {
    summary: 'The days of all accounts of a company, with coverage; with Accept: text/csv as a table',
    parameters: {
      from: 'inclusive IST date; default 30 days before `to`',
      to: 'exclusive IST date, at most 31 days after `from`; default now',
      limit: 'accounts on a page: at most 100, or 500 as CSV',
      cursor: '`nextCursor` of the page before; replaces from and to',
    },
  },
  listEvents: {
    summary: 'What happened to the accounts of a company, oldest arrival first, up to 30 days back',
    parameters: {
      from: 'inclusive: the instant from which on events arrived here; default 30 days ago',
      cursor: '`nextCursor` of the page before; replaces from',
    },
  },
  getOpenApi: { summary: 'This document' },
};
