import { isMillraceError, type MillraceError } from '@millrace/core';
import { expect } from 'vitest';

/** The coded error that a promise rejects with; fails the test where it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<MillraceError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  expect(outcome).toHaveProperty('error');
  const error = (outcome as { error: unknown }).error;
  if (!isMillraceError(error)) throw error;
  return error;
}
