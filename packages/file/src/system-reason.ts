/** Returns the system's code, such as `ENOSPC`, and its message. */
export function systemReason(cause: unknown): { readonly reason: string | undefined; readonly message: string } {
  const { code: reason, message } = cause as NodeJS.ErrnoException;
  return { reason, message };
}

/** Codes for a lack of space, quota or handles, and for devices and shares that do not respond now. */
const PASSING: ReadonlySet<string | undefined> = new Set([
  'EAGAIN',
  'EBUSY',
  'EDQUOT',
  'EMFILE',
  'ENFILE',
  'ENOSPC',
  'ESTALE',
  'ETIMEDOUT',
]);

/** Returns whether the same call can succeed later without a change. */
export function mayPass(reason: string | undefined): boolean {
  return PASSING.has(reason);
}
