/** Returns the system's code, such as `ENOSPC`, and its message. */
export function systemReason(cause: unknown): { readonly reason: string | undefined; readonly message: string } {
  const { code: reason, message } = cause as NodeJS.ErrnoException;
  return { reason, message };
}

/** Shortages of space, quota or handles, and devices and shares that do not respond right now. */
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

/** Returns whether the same call can succeed later with nothing changed. */
export function mayPass(reason: string | undefined): boolean {
  return PASSING.has(reason);
}
