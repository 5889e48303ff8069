import type { PartnerCredentials } from './credentials.ts';

/** A token together with the secret version it was obtained with; calls use that version's ids and encryption. */
export type Session = {
  readonly token: string;
  readonly credentials: PartnerCredentials;
  /** Epoch ms. */
  readonly expiresAt: number;
};

/**
 * Where tokens come from. The only implementation that may log in is the login gate.
 * All methods take the caller's deadline (epoch ms) and throw LoginBlockedError, CredentialsError or UpstreamError.
 */
export type SessionSource = {
  /** Takes what is there already into memory, for start-up: never logs in, never rejects. */
  preload(partner: string): Promise<void>;
  /** A session that is valid now. */
  get(partner: string, deadline: number): Promise<Session>;
  /** Told after EnKash accepted the session's token: from then on a 401 means that the token died. */
  accepted(partner: string, session: Session): void;
  /** Told after a 401: another session to repeat the call with once, or UPSTREAM_REFUSED when a fresh token was refused. */
  renew(partner: string, refused: Session, deadline: number): Promise<Session>;
};
