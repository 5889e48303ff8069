/**
 * Every limit of time that one part owes to another, each said once: milliseconds, unless the name says otherwise.
 * A limit that follows from others is computed from them; test/lib/budgets.test.ts asserts how they nest.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

// One request, from the inside to the outside.

/** Until a connection to EnKash stands, TLS included. */
export const CONNECT_MS = 1 * SECOND_MS;
/** One call to EnKash, from its start to the reply's last byte. */
export const CALL_MS = 3 * SECOND_MS;
/** The whole answer to a caller. */
export const ANSWER_MS = 9 * SECOND_MS;
/** Lambda ends an invocation of a function that callers wait for. */
export const LAMBDA_MS = 15 * SECOND_MS;
/** API Gateway gives up on a function; AWS sets it. */
export const GATEWAY_MS = 29 * SECOND_MS;
/** A repeated read waits this long, and up to as long again at random. */
export const RETRY_DELAY_MS = 100;
/** What start-up may spend on warming up; Lambda ends an init after 10 s. */
export const WARM_UP_MS = 2 * SECOND_MS;
/** Work after an answer starts this much later: begun at once, it held the answer up by 30 ms at 256 MB. */
export const AFTER_ANSWER_MS = 5;

// Calls to AWS. The SDK's own default is to wait for ever.

/** On the way of a request. */
export const REQUEST_SDK = { attempts: 2, connectMs: 1 * SECOND_MS, callMs: 1 * SECOND_MS } as const;
/** In planner, worker and reconciler, for which no caller waits. */
export const JOB_SDK = { attempts: 3, connectMs: 1 * SECOND_MS, callMs: 2 * SECOND_MS } as const;
/** All attempts of one call on the way of a request, without the pauses between them. */
const SDK_IN_ALL_MS = REQUEST_SDK.attempts * REQUEST_SDK.callMs;
/** What the fallback to a stored row may take of the answer's time: one call to AWS, and the pause within it. */
export const FALLBACK_MS = SDK_IN_ALL_MS + 200;

// Connections to EnKash.

/** An idle connection is closed after this long. */
export const IDLE_SOCKET_MS = 1 * MINUTE_MS;
/** After that long, a connection must bring a byte within this, or it is taken for dead. */
export const SILENT_SOCKET_MS = 1 * SECOND_MS;
/** A connection that was opened ahead and that nobody took is closed after this long. */
export const UNUSED_SOCKET_MS = 30 * SECOND_MS;

// The circuit breaker of an instance.

/** Failures are counted in windows of this length. */
export const BREAKER_WINDOW_MS = 10 * SECOND_MS;
/** An open breaker lets one probe pass in this time, so calls resume at most this long after EnKash is well. */
export const BREAKER_OPEN_MS = 10 * SECOND_MS;

// Secrets.

/** A secret read at most this long ago serves a read of EnKash. */
export const SECRET_FRESH_MS = 5 * MINUTE_MS;
/** While Secrets Manager is down, a secret up to this age serves. */
export const SECRET_STALE_MS = 1 * HOUR_MS;
/** While Secrets Manager is down, it is asked again after this long. */
export const SECRET_RETRY_MS = 10 * SECOND_MS;
/** A login uses a secret that was read this recently. */
export const LOGIN_SECRET_MS = 5 * SECOND_MS;

// A login. Nobody retries it.

/** One login, from its start to the reply's last byte. */
export const LOGIN_MS = 4 * SECOND_MS;
/** A lease older than this sends no login any more. */
export const SEND_WITHIN_MS = 4 * SECOND_MS;
/** Two clocks of Lambda may each be this wrong, in opposite directions. */
const CLOCK_ERROR_MS = 30 * SECOND_MS;
/** Nobody else logs in while a lease lasts: it outlives the login that it stands for and the write of its outcome, by any clock. */
export const LEASE_MS = SEND_WITHIN_MS + LOGIN_MS + SDK_IN_ALL_MS + 2 * CLOCK_ERROR_MS;
/** What storing a new token may take of the answer's time in any case. */
export const TOKEN_STORE_MS = 1 * SECOND_MS;
/** A login starts only with this much of the answer's time left. */
export const LOGIN_NEEDS_MS = LOGIN_MS + TOKEN_STORE_MS;
/** How long a request waits for somebody else's login; the call that the token is for fits in after it. */
export const LOGIN_WAIT_MS = 4_500;
/** At most one login of an EnKash user in this time. */
export const LOGIN_SPACING_MS = 10 * SECOND_MS;
/** A process that is about to log in keeps the others off for this long; it counts nothing yet. */
export const CLAIM_MS = 8 * SECOND_MS;
/** A claim older than this is not turned into a counted login any more. */
export const COUNT_WITHIN_MS = 4 * SECOND_MS;
/** The operator's permission for one login ends after this. */
export const PERMISSION_MS = 15 * MINUTE_MS;
/** EnKash is asked without a password after a login that may have failed, and again after these pauses; the last one repeats. */
export const CONTROL_PAUSES_MS = [5 * SECOND_MS, 10 * SECOND_MS, 20 * SECOND_MS] as const;
/**
 * Answers in a row, each so long after the one before, that say that trouble is over: one alone may fall into a gap of it. One
 * less after every so many tries: where a backend of several stays broken, they would never come.
 */
export const CONTROL_ANSWERS = 3;
export const CONTROL_TRIES_PER_ANSWER = 10;
export const CONTROL_AGAIN_MS = 500;
/** One control request, from its start to the reply's last byte. */
export const CONTROL_MS = 3 * SECOND_MS;
/** How long an operator's trial of a secret waits for its turn: a spacing, and a login that is under way. */
export const TRIAL_WAIT_MS = LOGIN_SPACING_MS + LOGIN_NEEDS_MS;
/** After a login that EnKash did not answer, after a 500, and when trouble comes back between two control requests. */
export const WAIT_AFTER_SILENCE_MS = 1 * MINUTE_MS;
/** After a login that something else answered. */
export const WAIT_AFTER_ANSWER_MS = 2 * MINUTE_MS;
/** The first and the longest pause while the token host cannot be reached. */
export const FIRST_BACK_OFF_MS = 1 * SECOND_MS;
export const MAX_BACK_OFF_MS = 20 * SECOND_MS;
/** A secret version younger than this may be ahead of EnKash's own password change: the proven one goes first. */
export const YOUNG_VERSION_MS = 2 * MINUTE_MS;
/** A closed gate looks for a new secret version this often. */
export const LOOK_FOR_VERSION_MS = 30 * SECOND_MS;
/** A lease read or written longer ago than this is read again before it is used: the process may have been frozen. */
export const TRUSTED_MS = 1 * SECOND_MS;
/** A verdict of the gate is remembered this long without asking the table. */
export const VERDICT_MS = 1 * SECOND_MS;

// The operator's functions, and the commands that invoke them.

/** Lambda ends `operate`: a trial's wait for its turn, a login and an answer, with as much again for the reads and writes around. */
export const OPERATE_LAMBDA_MS = 2 * (TRIAL_WAIT_MS + ANSWER_MS);
/** An erasure ends between two pages with this much left. */
export const ERASE_RESERVE_MS = 15 * SECOND_MS;
/** A command hears an answer that came at the last moment, a cold start before it included. */
export const COMMAND_MORE_MS = 12 * SECOND_MS;

// Tokens.

/** EnKash's pages say 5 minutes beside an example of 86399 s: the shorter one is believed. */
export const TOKEN_LIFE_CAP_MS = 5 * MINUTE_MS;
/** A lifetime stated in whole seconds was rounded down. */
export const TOKEN_ROUNDING_MS = 1 * SECOND_MS;
/** A login that brings the text which a 401 has just ended is followed by one more after this. */
export const TOKEN_AGAIN_MS = 2 * SECOND_MS;
/** A token whose text is in no row so long after its login is lost, by any clock. */
export const TOKEN_ROW_MS = 2 * CLOCK_ERROR_MS;
/** A token that was never accepted is asked once more after this: EnKash's API may learn of new tokens late. */
export const TOKEN_ASK_AGAIN_MS = 1 * SECOND_MS;
/** Until this age a token that was never accepted is doubted, not replaced. */
export const TOKEN_FRESH_MS = 30 * SECOND_MS;
/** The same, when the token before was never accepted either. */
export const TOKEN_DOUBT_MS = 1 * MINUTE_MS;
/** For this long after a refusal that was about an account, a refusal for it costs nothing. */
export const REFUSAL_MEMORY_MS = 1 * MINUTE_MS;
/** What noting that a token was accepted may take of an answer's time. */
export const TOKEN_NOTE_MS = 250;

// Balances and snapshots.

/** While DynamoDB leaves rows unread on the way of a request, it is asked again for this long: the answer stays in time. */
export const TABLE_PATIENCE_MS = 1 * SECOND_MS;
/** What storing a watch may take of an answer's time. */
export const WATCH_WRITE_MS = 500;
/** A live read stores its balances for others at most this often for each account of an instance. */
export const FEED_EVERY_MS = 1 * MINUTE_MS;
/** Lambda ends the planner. Short, since the queue gives a job back after six of these, and that must lie inside a window. */
export const PLAN_LAMBDA_MS = 30 * SECOND_MS;
/** Lambda ends the reconciler. */
export const RECONCILE_LAMBDA_MS = 2 * MINUTE_MS;
/** A job's claim on its shard: longer than a page takes, shorter than the queue waits before it gives the job back. */
export const JOB_CLAIM_MS = 45 * SECOND_MS;
/** A job notes how far it is this often. */
export const JOB_KEEP_MS = 5 * SECOND_MS;
/** Lambda ends the worker; the queue's waits are derived from it. */
export const WORKER_LAMBDA_MS = 20 * SECOND_MS;
/** With less time left, the worker gives a message back: a read of EnKash and the writes after it fit in this. */
export const SNAPSHOT_NEEDS_MS = 5 * SECOND_MS;
/** What the worker's writes after a read may take of that. */
export const SNAPSHOT_WRITE_MS = 1_500;
/** Lambda's clock may be behind the scheduler's. */
export const SCHEDULER_SKEW_MS = 5 * SECOND_MS;
/** How long after a slot's window the reconciler looks at it: calls under way have ended by then. */
export const RECONCILE_GRACE_MS = 1 * MINUTE_MS;
/** After an outage of ours of 26 h, slots so far back are still brought to an end: the newest first, so the oldest wait. */
export const RECONCILE_LOOK_BACK_MS = 30 * HOUR_MS;
/** A run or a day that has not ended so long after it could begin to be ended is late. */
export const RECONCILE_LATE_MS = 30 * MINUTE_MS;
/** An account that cannot be worked on is tried again for this long; then the run ends, and the account counts as failed. */
export const RECONCILE_PATIENCE_MS = 30 * MINUTE_MS;

// Events for people and systems.

/** One attempt to deliver a webhook: the name, the connection, the answer's head. */
export const WEBHOOK_MS = 10 * SECOND_MS;
/** Lambda ends the deliverer: an attempt, and what is read and written around it. */
export const DELIVER_LAMBDA_MS = 2 * WEBHOOK_MS;
/** Waits before the second attempt of a webhook and those after it, in seconds: eight attempts in 23 h 35 min. */
export const WEBHOOK_RETRY_SECONDS = [5, 300, 1_800, 7_200, 18_000, 28_800, 28_800] as const;
/** An event shows in `GET /v1/events` this long after it arrived: a writer with another clock may still be at it. */
export const EVENT_SETTLE_MS = 2 * SECOND_MS;
