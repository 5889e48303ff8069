import { SECRET_FRESH_MS } from '../budgets.ts';
import type { FetchSecret } from '../enkash/credentials.ts';
import { createMemory } from '../remember.ts';

/**
 * A webhook's secrets: the current one and, once it was rotated, the one before; both sign, so that the receiver may change
 * over when it likes.
 * @throws Error when the secret cannot be read
 */
export function createWebhookSecrets(fetchSecret: FetchSecret, now: () => number) {
  const memory = createMemory<readonly string[]>(now);

  async function load(secretId: string): Promise<readonly string[]> {
    const [current, previous] = await Promise.all([
      fetchSecret(secretId, { stage: 'AWSCURRENT' }),
      fetchSecret(secretId, { stage: 'AWSPREVIOUS' }),
    ]);
    if (!current) throw new Error('The webhook has no secret');
    return [current, previous].filter((version) => version !== undefined).map(({ text }) => text);
  }

  return (secretId: string) => memory.get(secretId, () => load(secretId), SECRET_FRESH_MS);
}
