import type { AccountKey } from '../account-key.ts';
import type { PartnerCredentials } from './credentials.ts';

/** A token together with the secret version it was obtained with; calls use that version's ids and encryption. */
export type Session = {
  readonly token: string;
  readonly credentials: PartnerCredentials;
  /** Epoch ms. */
  readonly expiresAt: number;
};

/** What a read told of the token that it was sent with. */
export type TokenVerdict = 'accepted' | 'refused' | 'unknown';

/** A read whose token was refused. */
export type Refusal = {
  readonly partner: string;
  readonly session: Session;
  /** The account that was asked for: the refusal may be about it alone. */
  readonly account: AccountKey;
  readonly deadline: number;
  /** The call was repeated with this very session already. */
  readonly repeated: boolean;
  /** Reads an account with the same session, once, to learn whether EnKash still takes the token. Never rejects. */
  readonly controlRead: (account: AccountKey) => Promise<TokenVerdict>;
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
  /** Told after EnKash accepted the session's token for an account: from then on a 401 there means that the token died. Never rejects. */
  accepted(partner: string, session: Session, account: AccountKey): Promise<void>;
  /**
   * Told after a refusal of the token: a session to repeat the call with once.
   * @throws UpstreamError UPSTREAM_UNAVAILABLE `token-refused` when another token would not help
   */
  renew(refusal: Refusal): Promise<Session>;
};
