import { isMillraceError } from '@millrace/core';

/** The code that work rejects with, undefined where it resolves; anything else that it rejects with is passed on. */
export async function codeOf(work: unknown): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (isMillraceError(error)) return error.code;
    throw error;
  }
}
