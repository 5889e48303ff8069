import * as z from 'zod/mini';

/** Evidence of how an EnKash answers: statuses, shapes and variants, never a value of it. */

const replyReport = z.object({
  /** HTTP status, or how the call failed. */
  status: z.union([z.number(), z.string()]),
  contentType: z.string(),
  retryAfter: z.boolean(),
  bytes: z.number(),
  ms: z.number(),
  body: z.enum(['JSON', 'HTML', 'empty', 'not readable']),
  shape: z.array(z.string()),
});

const login = z.object({
  ...replyReport.shape,
  outcome: z.string(),
  /** Which of enkash-api.md section 3's reply shapes. */
  variant: z.string(),
  statedLife: z.string(),
});

const read = z.object({
  ...replyReport.shape,
  requestWas: z.enum(['encrypted', 'plain']),
  encryption: z.string(),
  stringified: z.string(),
  envelope: z.string(),
  resultCode: z.union([z.number(), z.string()]),
  payload: z.string(),
  /** Of the ten fields that the page calls required. */
  requiredButMissing: z.array(z.string()),
});

export const probeReport = z.object({
  stage: z.string(),
  partner: z.string(),
  at: z.string(),
  /** Where the card API was asked: what answers there is what the report is about. */
  apiHost: z.string(),
  /** Null when the fleet's token was still good: no login was sent. */
  login: z.nullable(login),
  reads: z.array(read),
  result: z.object({
    code: z.string(),
    reason: z.optional(z.string()),
    step: z.optional(z.string()),
    paths: z.optional(z.array(z.string())),
  }),
});

/** What an answer looked like; nothing of it is a value of the answer but its status and a small result code. */
export type ReplyReport = z.infer<typeof replyReport>;
export type LoginReport = z.infer<typeof login>;
export type ReadReport = z.infer<typeof read>;
export type ProbeReport = z.infer<typeof probeReport>;
