import * as z from 'zod';
import { LAMBDA_MS } from '../../../lib/budgets.ts';
import { type Finding, ok, skipped, wrong } from './finding.ts';

const check = 'deployed commit';
const documentSchema = z.object({ openapi: z.string(), info: z.object({ version: z.string() }) });

/**
 * Whether the stage answers, and with the code of a commit: GET /openapi.json needs no token, and its version says it.
 * @param commit hexadecimal, of any length; undefined where it is not known here
 */
export async function checkVersion({
  url,
  mutualTls,
  commit,
}: {
  readonly url: string;
  readonly mutualTls: boolean;
  readonly commit: string | undefined;
}): Promise<Finding> {
  if (mutualTls) return skipped(check, 'the API wants a client certificate');
  const target = `${url.replace(/\/+$/, '')}/openapi.json`;
  try {
    const response = await fetch(target, { redirect: 'manual', signal: AbortSignal.timeout(LAMBDA_MS) });
    const { data } = documentSchema.safeParse(await response.json().catch(() => undefined));
    if (response.status !== 200 || data === undefined) {
      return wrong(
        check,
        `${response.status} and no OpenAPI document`,
        'Look at the log of get-openapi (output Loggetopenapi).',
      );
    }
    return judge(data.info.version, commit);
  } catch {
    return wrong(check, 'the stage cannot be reached', `Check the network, and the output ApiUrl: ${url}`);
  }
}

function judge(version: string, commit: string | undefined): Finding {
  const deployed = version.split('+')[1];
  if (commit === undefined)
    return skipped(
      check,
      `version ${version}; which commit is wanted is not known (no git checkout, or files differ from it): --commit SHA`,
    );
  if (deployed === undefined) return wrong(check, `version ${version} names no commit`, 'Deploy from a git checkout.');
  return commit.startsWith(deployed) || deployed.startsWith(commit)
    ? ok(check, `version ${version}`)
    : wrong(
        check,
        `version ${version}, and ${commit.slice(0, 12)} is wanted`,
        'Deploy again, or wait for the deployment to end.',
      );
}
