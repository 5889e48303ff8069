import * as z from 'zod';
import { cardAccountId, companyId } from '../../lib/account-key.ts';
import { headCommit } from '../stage/commit.ts';
import { type Command, readArguments, runCommand } from './shared/arguments.ts';
import { callerOf } from './shared/caller-file.ts';
import { checkRead } from './shared/check-read.ts';
import { checkVersion } from './shared/check-version.ts';
import { findingLines } from './shared/finding.ts';
import { findApi, stageOptions, stageUsage } from './shared/stages.ts';

const usage = `npm run smoke -- --stage NAME [--company CEK… --card-account CA…]
  After a deployment: is the code that answers the commit that was deployed, and does a caller get an account?
  Reads over HTTPS alone; reads no secret of EnKash, and needs no right but that of describing the stack.
  A partner secret that still holds its placeholder is told, and is no failure: nothing else can be missing then.
  --commit SHA         the commit that is wanted (default: the one that is checked out)
  --caller-file FILE   {"clientId","clientSecret"} of a caller of ours (or CLIENT_ID and CLIENT_SECRET)
  --json               the findings as JSON
${stageUsage}`;

const shape = {
  ...stageOptions,
  commit: z
    .string()
    .regex(/^[0-9a-f]{7,40}$/, 'is not a commit')
    .optional(),
  company: z.optional(companyId),
  'card-account': z.optional(cardAccountId),
  'caller-file': z.string().optional(),
  json: z.boolean().default(false),
};

const command: Command = async (args, print) => {
  const asked = readArguments(args, usage, shape);
  const { company, 'card-account': cardAccount, commit = headCommit() } = asked;
  const { accounts, api, caller, enkash } = await findApi(asked);
  const enkashHost = new URL(enkash.apiUrl).host;
  const account = company && cardAccount ? { companyId: company, cardAccountId: cardAccount } : accounts[0];
  const findings = [
    await checkVersion({ ...api, commit }),
    await checkRead({
      ...{ ...api, account, enkashHost, named: `--stage ${asked.stage}` },
      caller: callerOf(caller, asked['caller-file']),
      placeholder: 'is awaited',
    }),
  ];
  for (const line of findingLines(findings, asked.json)) print(line);
  return findings.every(({ result }) => result !== 'wrong');
};

await runCommand(command);
