import * as z from 'zod/mini';
import { cardAccountId, companyId } from '../account-key.ts';

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
