/**
 * Returns an error for the cause of another one, in the place of one whose message may quote a record: its name and its code,
 * which say what kind of problem it was, and the SDK's metadata, but not its message.
 */
export function withoutMessage(thrown: unknown): Error {
  const { name, code, $metadata } = Object(thrown) as { name?: unknown; code?: unknown; $metadata?: unknown };
  const error = new Error(typeof code === 'string' ? `${kindOfError(thrown)} (${code})` : kindOfError(thrown));
  return Object.assign(error, typeof name === 'string' && { name }, $metadata !== undefined && { $metadata });
}

/** The name of an error, such as `SyntaxError`. */
export function kindOfError(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : `a value of type ${typeof thrown}`;
}
