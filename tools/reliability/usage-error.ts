/** The command line cannot be carried out; the message says what to change. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
