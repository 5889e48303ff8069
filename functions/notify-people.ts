import type { SendMail } from '../lib/alerts/mail.ts';
import { busInvocationSchema } from '../lib/alerts/published.ts';
import type { Log } from '../lib/log.ts';
import type { Metric } from '../lib/metrics.ts';
import { jobHandler } from '../lib/snapshots/job-handler.ts';

export type NotifyDeps = { readonly sendMail: SendMail; readonly log: Log; readonly metric: Metric };

/** An event of the bus, as a mail to those whom the settings name. */
export function createHandler(deps: NotifyDeps): (event: unknown, context: unknown) => Promise<void> {
  return jobHandler({ name: 'notify', schema: busInvocationSchema, log: deps.log }, async ({ detail }) => {
    const { eventId, companyId } = detail.data;
    await deps.sendMail(detail);
    deps.log('info', 'mail', { eventId, companyId, outcome: detail.type });
    deps.metric('MailsSent', 1);
  });
}
