/** An output of this size is handed on as it is. */
const SMALL_BYTES = 16 * 1024;
const JOINED_BYTES = 64 * 1024;

/**
 * Joins small outputs to larger ones. A file of a million members of one byte each would otherwise give a million chunks,
 * and whatever a chunk costs in the codecs that follow, above all in the middle of a record, it would cost a million times.
 * All that there was before an error is handed on before it.
 */
export async function* joined(outputs: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let small: Uint8Array[] = [];
  let bytes = 0;
  const take = (): Uint8Array => {
    const whole = small.length === 1 ? small[0]! : concatenated(small, bytes);
    small = [];
    bytes = 0;
    return whole;
  };
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const output of outputs) {
      if (output.length >= SMALL_BYTES) {
        if (bytes > 0) yield take();
        yield output;
        continue;
      }
      small.push(output);
      bytes += output.length;
      if (bytes >= JOINED_BYTES) yield take();
    }
  } catch (error) {
    failure = { error };
  }
  if (bytes > 0) yield take();
  if (failure !== undefined) throw failure.error;
}

function concatenated(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
