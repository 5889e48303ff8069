import { createInterface } from 'node:readline/promises';

/** Where a person answers. */
export type Terminal = {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
};

/**
 * Asks a person a question. @returns what was typed; undefined where nobody can be asked, as in a script
 */
export async function ask(
  question: string,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<string | undefined> {
  if (!input.isTTY) return undefined;
  const terminal = createInterface({ input, output });
  try {
    return (await terminal.question(`${question} `)).trim();
  } finally {
    terminal.close();
  }
}

/** A question that only a whole "yes" confirms. */
export async function isConfirmed(question: string, terminal?: Terminal): Promise<boolean> {
  return (await ask(`${question} Type yes:`, terminal))?.toLowerCase() === 'yes';
}
