import { createEnkashClient, type EnkashClientDeps } from '../../lib/enkash/client.ts';
import type { PartnerCredentials } from '../../lib/enkash/credentials.ts';
import type { Session } from '../../lib/enkash/session.ts';
import type { TransportRequest, TransportResult } from '../../lib/enkash/transport.ts';
import { asked, credentials, reply, sealed, success } from './enkash-sample.ts';

export const good = reply(sealed(success));
export const failing = (status: number, retryAfter?: string) =>
  reply('{}', { status, ...(retryAfter === undefined ? {} : { retryAfter }) });

/** A 404 in EnKash's own envelope: any other one is not the API's. */
export const noSuchAccount = reply({ response_code: 1, payload: 'x' }, { status: 404 });

/** What happened around the client, in order. */
type Events = {
  readonly sent: TransportRequest[];
  readonly slept: number[];
  readonly accepted: string[];
  readonly renewed: string[];
  readonly calls: [string, string, number][];
  readonly residues: number[];
};

/** The production client under a clock of its own; `answers` gives EnKash's reply to the nth call. */
export function startClient(
  answers: (nth: number, request: TransportRequest) => TransportResult,
  { partner = credentials, ...deps }: Partial<EnkashClientDeps> & { partner?: PartnerCredentials } = {},
) {
  const clock = { ms: 1_767_225_600_000 };
  const events: Events = { sent: [], slept: [], accepted: [], renewed: [], calls: [], residues: [] };
  const session = (token: string): Session => ({ token, credentials: partner, expiresAt: clock.ms + 300_000 });
  const client = createEnkashClient({
    async send(request) {
      events.sent.push(request);
      return answers(events.sent.length, request);
    },
    preconnect: async () => {},
    sessions: {
      preload: async () => {},
      get: async () => session('token-1'),
      async accepted(_, { token }) {
        events.accepted.push(token);
      },
      async renew({ session: { token } }) {
        events.renewed.push(token);
        return session(`token-${events.renewed.length + 1}`);
      },
    },
    accountUrl: 'https://api.example/api/v0/partner/enKashCard/cardAccount/get',
    notFoundCodes: [],
    now: () => clock.ms,
    async sleep(ms) {
      events.slept.push(ms);
      clock.ms += ms;
    },
    random: () => 0.5,
    onCall: (...call) => void events.calls.push(call),
    onResidues: (count) => void events.residues.push(count),
    ...deps,
  });
  const read = (budgetMs = 9_000) => client.readSummary({ ...asked, partner: 'acme', deadline: clock.ms + budgetMs });
  const readFull = () => client.readFull({ ...asked, partner: 'acme', deadline: clock.ms + 9_000 });
  return { client, clock, events, read, readFull };
}
