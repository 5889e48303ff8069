import { type Exchange, listen, sendJson } from '../local/http-server.ts';

export type Step = {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  hangUp?: boolean;
  silent?: boolean;
};

/** A token endpoint and an API on loopback: each answers what the test lined up, and else its usual answer. */
export async function startClientServer({ lifeSeconds = 3600 } = {}) {
  const rig = {
    tokenSteps: [] as Step[],
    steps: [] as Step[],
    tokens: [] as Exchange[],
    calls: [] as Exchange[],
    lifeSeconds,
    /** Answers to the token endpoint wait for it. */
    tokenGate: Promise.resolve(),
  };

  function play(exchange: Exchange, step: Step): void {
    if (step.silent) return;
    if (step.hangUp) return void exchange.response.destroy();
    sendJson(exchange.response, step.status, step.body ?? {}, step.headers);
  }

  const server = await listen(async (exchange) => {
    if (exchange.url.pathname === '/oauth2/token') {
      rig.tokens.push(exchange);
      const name = `token-${rig.tokens.length}`;
      await rig.tokenGate;
      const usual = { status: 200, body: { access_token: name, expires_in: rig.lifeSeconds, token_type: 'Bearer' } };
      return play(exchange, rig.tokenSteps.shift() ?? usual);
    }
    rig.calls.push(exchange);
    play(exchange, rig.steps.shift() ?? { status: 200, body: { ok: true } });
  });
  return Object.assign(rig, {
    url: server.url,
    options: { url: server.url, tokenUrl: `${server.url}/oauth2/token`, clientId: 'erp', clientSecret: 'p@ss wörd:1' },
    close: () => server.close(),
  });
}
export type ClientServer = Awaited<ReturnType<typeof startClientServer>>;

export const problem = (status: number, code: string, retryable: boolean) => ({
  status,
  body: { type: `urn:x:${code}`, title: code, status, code, requestId: 'request-1', retryable },
});
