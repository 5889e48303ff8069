/** What OpenAPI says of a route and its parameters. Nothing else imports it, so no bundle carries it. */
type Words = {
  readonly summary: string;
  readonly description: string;
  readonly tag: 'Accounts' | 'Balances' | 'Watches' | 'Events' | 'Contract';
  readonly parameters?: Readonly<Record<string, string>>;
};

export const tags: Readonly<Record<Words['tag'] | 'Webhooks', string>> = {
  Accounts: 'Card accounts with the words of EnKash, live or of the age that the caller allows.',
  Balances: 'What was measured over time, with honest gaps.',
  Contract: 'This document.',
  Events: 'What happened to the accounts of a company.',
  Watches: 'Which accounts are measured on a schedule, and which balance raises an event.',
  Webhooks: 'What the service sends to your system, where you have a webhook.',
};

export const pathWords: Readonly<Record<string, string>> = {
  companyId: "EnKash's id of the company.",
  cardAccountId: "EnKash's id of the card account.",
};

export const words: Readonly<Record<string, Words>> = {
  getCardAccount: {
    tag: 'Accounts',
    summary: 'Read one card account',
    description:
      'The account, as EnKash states it. Read live unless `maxAge` allows an older answer; `freshness` says how old it is and where it comes from.',
    parameters: {
      view: '`summary` holds nothing personal. `full` adds `details` and `primaryCard`, and also needs the scope card-accounts/full.',
      maxAge: 'Seconds: an answer up to this age will do. Absent: read from EnKash now.',
      staleIfError:
        'Seconds: when EnKash cannot be read, the last good answer up to this age will do. It does not go with `view=full`.',
    },
  },
  batchGetCardAccounts: {
    tag: 'Accounts',
    summary: 'Read up to 25 card accounts',
    description:
      'Each account or its problem, in the order asked. The status is 200 even when some fail, and one deadline of nine seconds holds for all.',
  },
  getCardAccountDropIn: {
    tag: 'Accounts',
    summary: "Read one card account in EnKash's own form",
    description:
      "A drop-in for EnKash's Get Card Account Details: its path, body and envelope, with our token. Send plain JSON, not EnKash's encryption; other keys and any query are ignored. Unlike EnKash, a failure has the HTTP status of its code. Amounts are JSON numbers here: use the /v1 routes for exact decimal texts.",
  },
  listCardAccounts: {
    tag: 'Balances',
    summary: 'List the card accounts of a company',
    description:
      'The granted accounts that are known here, with their latest balances, page by page in the order of their ids.',
    parameters: {
      limit: 'How many accounts a page has at most.',
      cursor: '`nextCursor` of the page before. Another text is 400.',
    },
  },
  watchCardAccount: {
    tag: 'Watches',
    summary: 'Watch a card account',
    description:
      'Puts the account on the schedule of snapshots. It is read live first, so that a typo is never watched: 404 when EnKash does not have it. 201 when it was not watched before. Without `rules` those that are there stay; `{}` removes them. `If-Match` and `If-None-Match: *` are obeyed (412); the answer has an `ETag`, which the state of a rule does not change.',
  },
  getWatch: {
    tag: 'Watches',
    summary: 'Read the watch of a card account',
    description: 'Since when it is watched, its rules, and the state of each; 404 NOT_WATCHED when it is not.',
  },
  watchCompany: {
    tag: 'Watches',
    summary: 'Watch many card accounts of a company',
    description:
      'Up to 100 accounts as by the route for one: the watch or the problem of each, in the order asked. The status is 200 even when some fail, and one deadline of nine seconds holds for all.',
  },
  unwatchCardAccount: {
    tag: 'Watches',
    summary: 'Stop watching a card account',
    description: 'Takes the account off the schedule. What was measured stays. Also 204 when it was not watched.',
  },
  getBalances: {
    tag: 'Balances',
    summary: 'Read balances over time, or at an instant',
    description:
      'Slots or days with their coverage, gaps included; or, with `at`, the newest balances that were observed at or before an instant. `kind` tells the three answers apart. A span of slots has at most 92 days, one of days at most 3660. An account that nobody has watched has no items, even where EnKash does not know it.',
    parameters: {
      from: 'Inclusive: an RFC 3339 instant with offset, or an IST date, from 2020 on. Default: a day (30 for days) before `to`.',
      to: 'Exclusive: as `from`, and not before it. Default: now.',
      interval: 'One item for each slot or for each IST day. Default: slot.',
      limit: 'How many items a page has at most.',
      cursor: '`nextCursor` of the page before; replaces from and to, and is of its own interval. Another text is 400.',
      at: 'An RFC 3339 instant with offset, not in the future: asks for the newest balances that were observed at or before it. It excludes from, to, interval and cursor.',
    },
  },
  getCompanyBalances: {
    tag: 'Balances',
    summary: 'Read the days of all accounts of a company',
    description:
      'The day rows of every granted account, account by account, with the coverage of the page. With `Accept: text/csv` the same rows are a table (RFC 4180), and the next page is in `Link`.',
    parameters: {
      from: 'Inclusive IST date, from 2020 on. Default: 30 days before `to`.',
      to: 'Exclusive IST date, not before `from`, and at most 31 days after it. Default: now.',
      limit: 'Accounts on a page: at most 100 (the default), or 500 (the default) with `Accept: text/csv`.',
      cursor: '`nextCursor` of the page before: excludes from and to. Another text is 400.',
    },
  },
  listEvents: {
    tag: 'Events',
    summary: 'List the events of a company',
    description:
      'What happened to the accounts of a company that the caller may read, oldest arrival first, up to 30 days back: the bodies that the bus and the webhooks have. The same event may be there twice, always with the same id.',
    parameters: {
      companyId: "EnKash's id of the company.",
      from: 'Inclusive: the RFC 3339 instant, from 2020 on, at which the events arrived here. Default: 30 days ago.',
      limit: 'How many events a page has at most.',
      cursor: '`nextCursor` of the page before; replaces from. Another text is 400.',
    },
  },
  getOpenApi: { tag: 'Contract', summary: 'Read this document', description: 'No token is needed.' },
};
