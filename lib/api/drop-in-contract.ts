import * as z from 'zod/mini';
import type { dropInFailureSchema } from '../account/drop-in-view.ts';
import { cardAccountId, companyId } from '../account-key.ts';
import type { Problem } from './problem.ts';

const encryptedBody = z.looseObject({ request: z.string() });

/** The drop-in's body: whatever else a client of EnKash sends is ignored, but not a body in EnKash's own encryption. */
export const dropInBody = z.pipe(
  z.looseObject({ companyId, cardAccountId }, 'must be a JSON object').check(
    z.refine(({ request }) => typeof request !== 'string', {
      path: ['request'],
      message: 'is an encrypted body: send plain JSON, {"companyId":"…","cardAccountId":"…"}',
      // The check runs although the ids are missing: an encrypted body has none.
      when: ({ value }) => z.safeParse(encryptedBody, value).success,
    }),
  ),
  z.transform(({ companyId, cardAccountId }) => ({ companyId, cardAccountId })),
);

/** A problem in EnKash's envelope. */
export function dropInFailure(problem: Problem): z.infer<typeof dropInFailureSchema> {
  const { title, code, requestId, retryable, errors = [] } = problem;
  const details = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
  const text = details === '' ? title : `${title}: ${details}`;
  return { response_code: 1, response_message: text, payload: text, error: { code, requestId, retryable } };
}
