import * as z from 'zod';
import { shortId } from '../../lib/login-gate/content.ts';
import { describeGate } from '../../lib/login-gate/describe.ts';
import type { LoginGateDeps } from '../../lib/login-gate/memory.ts';
import {
  allowOne,
  type CloseResult,
  close,
  type GateStatus,
  type OpenResult,
  open,
  type PermissionResult,
  statusOf,
} from '../../lib/login-gate/operator.ts';
import { type Command, OperatorError, readArguments, readVerb, runCommand } from './shared/arguments.ts';
import { gateDepsOf } from './shared/gate-deps.ts';
import { choosePartner, findStage, stageOptions, stageUsage } from './shared/stages.ts';

const usage = `npm run gate -- status --stage NAME [--partner NAME]
npm run gate -- open --stage NAME [--partner NAME] [--never-tried]
npm run gate -- close --stage NAME [--partner NAME]
npm run gate -- allow-one --stage NAME [--partner NAME] [--same-secret] [--unlocked-by-enkash]
  status     says whether logins to EnKash are possible, and what stands against them.
  open       begins a login that was never opened here. EnKash may have counted failures that nobody here saw, so one login
             is left before you are asked again. Ask EnKash whether the user is locked first.
  close      after a table was restored or replaced: nobody knows how near the lock is, until "open".
  allow-one  permits one login that the gate would not send by itself. Two logins may have failed already, and EnKash
             locks the account at the third failure in a row. So first: ask EnKash whether the account is locked and
             have it unlocked, and compare the secret with what EnKash issued. Only then allow one.
             It ends after 15 minutes, and with any login that is sent; no other secret version is sent with it.
  --never-tried         nobody, anywhere, ever failed a login of this user
  --same-secret         the current secret is right, although a login with it failed
  --unlocked-by-enkash  EnKash was asked, and says that the user is not locked
${stageUsage}`;

const flag = z.boolean().default(false);
const shape = {
  ...stageOptions,
  partner: z.string().optional(),
  'never-tried': flag,
  'same-secret': flag,
  'unlocked-by-enkash': flag,
};

const command: Command = async (given, print) => {
  const { verb, rest } = readVerb(given, usage, ['status', 'open', 'close', 'allow-one']);
  const args = readArguments(rest, usage, shape);
  const facts = await findStage(args);
  const partner = choosePartner(facts, args.partner);
  const deps = gateDepsOf(facts);
  const shown = await readStatus(deps, partner);
  switch (verb) {
    case 'status':
      print(`Login gate of partner ${partner}, stage ${args.stage}`);
      for (const line of describeGate(shown, deps.now())) print(`  ${line}`);
      return true;
    case 'open': {
      const result = await open(deps.store, { loginId: shown.loginId, neverTried: args['never-tried'] });
      print(`Login ${shortId(shown.loginId)}: ${openWords[result]}`);
      return result === 'opened' || result === 'already-open';
    }
    case 'close': {
      const result = await close(deps.store, shown, deps.now());
      print(`Login ${shortId(shown.loginId)}: ${closeWords[result]}`);
      return result === 'closed' || result === 'not-open';
    }
    case 'allow-one': {
      const { loginId, rev, count, contents } = shown;
      const result = await allowOne(deps, partner, {
        shown: { loginId, rev, count, versionId: contents.current?.versionId ?? '' },
        sameSecret: args['same-secret'],
        unlockedByEnkash: args['unlocked-by-enkash'],
      });
      print(permissionWords[result]);
      return ['allowed', 'already-allowed', 'not-needed', 'login-under-way'].includes(result);
    }
  }
};

/** @throws OperatorError when the gate or the secret cannot be read */
async function readStatus(deps: LoginGateDeps, partner: string): Promise<GateStatus> {
  try {
    return await statusOf(deps, partner);
  } catch (error) {
    const reason = error instanceof Error && 'reason' in error ? ` (${String(error.reason)})` : '';
    throw new OperatorError(
      `The secret or the gate's table cannot be read${reason}, so nobody knows which login is meant. Nothing changed.`,
    );
  }
}

const openWords: Readonly<Record<OpenResult, string>> = {
  opened: 'opened. The next request that needs a token logs in. Watch it with "status".',
  'already-open': 'it is open already. Nothing changed.',
  'failures-known':
    'failed logins are known here, so it was tried before. Nothing changed: ask EnKash, then "open" without --never-tried.',
  busy: 'the gate kept changing. Nothing changed: try again.',
};

const closeWords: Readonly<Record<CloseResult, string>> = {
  closed: 'closed. No login is sent until "open"; ask EnKash first whether the user is locked.',
  'not-open': 'it is not open. Nothing changed.',
  'login-under-way': 'a login is under way. Nothing changed: run it again in a minute.',
  busy: 'the gate kept changing. Nothing changed: try again.',
};

const permissionWords: Readonly<Record<PermissionResult, string>> = {
  allowed: 'One login is permitted: the next request that needs a token sends it. Watch it with "status".',
  'already-allowed': 'One login was permitted already and is still to come. Nothing changed.',
  changed: 'The gate or the secret changed since it was read. Nothing changed: run "status", then this again.',
  'login-under-way': 'A login is under way, its outcome decides. Nothing changed: run "status" in a minute.',
  'not-needed': 'Not needed: the gate sends the next login by itself. Nothing changed: run "status" for when.',
  'never-opened': 'The gate was never opened for this login. Nothing changed: ask EnKash, then "open".',
  'no-secret':
    'The current secret cannot be used, or belongs to another login. Nothing changed: save the right one first.',
  'needs-unlocked-by-enkash':
    'Refused: a third failure could lock the account. Ask EnKash whether the account is locked and have it unlocked, then add --unlocked-by-enkash. Nothing changed.',
  'needs-same-secret':
    'Refused: a login with the current secret version failed before. Save the right secret first; if this one is right and EnKash mended something, add --same-secret. Nothing changed.',
  busy: 'The gate kept changing. Nothing changed: try again.',
};

await runCommand(command);
