import { createEnkashClient } from '../../../lib/enkash/client.ts';
import type { PartnerCredentials } from '../../../lib/enkash/credentials.ts';
import type { SessionSource } from '../../../lib/enkash/session.ts';
import { createTransport } from '../../../lib/enkash/transport.ts';
import { liveEnkashDeps } from '../../../lib/live/enkash.ts';
import { createRecorder } from './exchanges.ts';
import { type ProbeReport, probe } from './probe.ts';
import type { NamedAccount, StageFacts } from './stage-facts.ts';
import { enkashEnvOf } from './stages.ts';

/** Probes a stage's EnKash with the production client behind the production gate; only what passes is recorded. */
export function probeStage(facts: StageFacts, account: NamedAccount): Promise<ProbeReport> {
  const { stage, env } = facts;
  const recorder = createRecorder(Date.now);
  let credentials: PartnerCredentials | undefined;
  const noticing = (sessions: SessionSource): SessionSource => {
    const noticed = async (session: ReturnType<SessionSource['get']>) => {
      credentials = (await session).credentials;
      return session;
    };
    return {
      ...sessions,
      get: (partner, deadline) => noticed(sessions.get(partner, deadline)),
      renew: (refusal) => noticed(sessions.renew(refusal)),
    };
  };
  const silent = { log: () => {}, metric: () => {} };
  const send = recorder.around(createTransport());
  const deps = liveEnkashDeps({ env: enkashEnvOf(facts), telemetry: silent, source: env, send });
  return probe(stage, account, {
    enkash: createEnkashClient({ ...deps, sessions: noticing(deps.sessions) }),
    exchanges: recorder.exchanges,
    credentials: () => credentials,
    now: Date.now,
  });
}
