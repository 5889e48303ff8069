import { Webhook } from 'standardwebhooks';

/** What is sent, once and the same at every attempt but for its time and signature. */
export type Message = {
  /** The event's id: receivers know a repeat by it. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
};

/**
 * The headers of the Standard Webhooks specification.
 * @param secrets `whsec_…`; two while a secret is being changed, so that the receiver may know either
 * @param now epoch ms of this attempt: receivers refuse what is five minutes old
 * @throws Error for a secret that is not base64
 */
export function signedHeaders({ id, body }: Message, secrets: readonly string[], now: number): Record<string, string> {
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, new Date(now), body));
  return {
    'content-type': 'application/json',
    'user-agent': 'enkash-card-accounts-webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': `${Math.floor(now / 1000)}`,
    'webhook-signature': signatures.join(' '),
  };
}
