import { CfnQueryDefinition, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

export interface SavedQueriesProps {
  readonly stage: string;
  /** Of the functions that write audit lines. */
  readonly auditLogs: readonly ILogGroup[];
  /** Of all functions. */
  readonly functionLogs: readonly ILogGroup[];
}

/** What an auditor and a woken operator ask the logs, ready in CloudWatch Logs Insights. */
export function saveQueries(scope: Construct, { stage, auditLogs, functionLogs }: SavedQueriesProps): void {
  for (const { id, name, audit, queryString } of queries) {
    new CfnQueryDefinition(scope, id, {
      name: `card-accounts-${stage}/${name}`,
      logGroupNames: (audit ? auditLogs : functionLogs).map(({ logGroupName }) => logGroupName),
      queryString,
    });
  }
}

const queries = [
  {
    id: 'WhoReadThisAccount',
    name: 'Who read this account?',
    audit: true,
    queryString: `# Put the account's two ids in, and choose the time range.
fields @timestamp, caller, route, view, source, outcome, status, requestId
| filter event = "request"
| filter companyId = "CEK0000000" and cardAccountId = "CA0000000"
| sort @timestamp desc
| limit 10000`,
  },
  {
    id: 'AnswersAboutAnotherAccount',
    name: 'Which answers were about another account?',
    audit: false,
    queryString: `# Each is a data incident at EnKash: send it the times and ids.
fields @timestamp, partner, companyId, cardAccountId, requestId, @log
| filter outcome = "UPSTREAM_MISMATCH"
| sort @timestamp desc
| limit 1000`,
  },
  {
    id: 'WhatWasUnexpected',
    name: 'What was unexpected (INTERNAL)?',
    audit: false,
    queryString: `# The message of an unexpected error is withheld, since it may quote input: class and place are here.
fields @timestamp, errorName, errorAt, requestId, @log
| filter outcome = "INTERNAL" or outcome = "unexpected" or event = "unexpected"
| sort @timestamp desc
| limit 1000`,
  },
  {
    id: 'WhichFunctionCrashed',
    name: 'Which function crashed?',
    audit: false,
    queryString: `fields @timestamp, @log, @message
| filter level = "error" or @message like /Task timed out|Runtime exited|Runtime.OutOfMemory|Runtime.ExitError/
| sort @timestamp desc
| limit 1000`,
  },
] as const;
