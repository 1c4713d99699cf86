/** The system's code, such as `ENOSPC`, and what it says. */
export function systemReason(cause: unknown): { readonly reason: string | undefined; readonly message: string } {
  const { code: reason, message } = cause as NodeJS.ErrnoException;
  return { reason, message };
}
