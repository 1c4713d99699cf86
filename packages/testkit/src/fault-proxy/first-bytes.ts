/**
 * Passes on the first `count` bytes and awaits `then`, once; a body that ends there or earlier never calls it. What
 * follows is passed on where `then` answers true, else the rest is left unread.
 */
export async function* firstBytes(
  chunks: AsyncIterable<Uint8Array>,
  count: number,
  then: () => Promise<boolean>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = count;
  let done = false;
  for await (const chunk of chunks) {
    if (done || chunk.length <= left) {
      left -= chunk.length;
      yield chunk;
      continue;
    }
    if (left > 0) yield chunk.subarray(0, left);
    done = true;
    if (!(await then())) return;
    yield chunk.subarray(left);
  }
}
