/** Chunks as pieces of a size, all but the last, of which there is at least one. */
export async function* piecesOf(
  chunks: AsyncIterable<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  let held: Uint8Array[] = [];
  let length = 0;
  let isFirst = true;
  for await (const chunk of chunks) {
    held.push(chunk);
    length += chunk.length;
    while (length >= pieceBytes) {
      const whole = Buffer.concat(held);
      yield whole.subarray(0, pieceBytes);
      isFirst = false;
      held = [whole.subarray(pieceBytes)];
      length -= pieceBytes;
    }
  }
  if (length > 0 || isFirst) yield Buffer.concat(held);
}
