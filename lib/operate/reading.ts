import { AppError } from '../errors.ts';

/** Something could not be read before anything was done: nothing changed. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly reason: string;

  constructor(reason: string) {
    super('It cannot be read');
    this.reason = reason;
  }
}

/** Passes a read on. @throws Unreadable where it fails */
export async function readable<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw new Unreadable(reasonOf(error));
  }
}

/** Why a gate or a secret cannot be read; what no error of ours says is the table. */
export function reasonOf(error: unknown): string {
  return error instanceof AppError ? (error.reason ?? error.code) : 'gate-unreachable';
}
