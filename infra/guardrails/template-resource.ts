import * as z from 'zod';

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
});
/** What one construct puts into the template. */
export const fragmentSchema = z.object({ Resources: z.record(z.string(), resourceSchema) });

/** A resource as the template will say it. */
export type SynthesisedResource = z.infer<typeof resourceSchema>;
