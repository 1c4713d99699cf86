import { once } from 'node:events';
import { createGzip } from 'node:zlib';
import type { PlannedPart } from './part-plan.ts';

/** Characters that are handed to the compressor at once. */
const BLOCK_CHARS = 65_536;

/** A fixed level: the same text must give the same bytes at every reading. */
const LEVEL = 6;

/** The body of a part in pieces of a size, all but the last: it is never whole in memory where it is large. */
export async function* partBody(
  part: PlannedPart,
  head: string,
  compress: 'gzip' | 'none',
  pieceBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of compress === 'gzip' ? gzipped(blocks(part, head)) : blocks(part, head)) {
    held.push(chunk);
    length += chunk.length;
    while (length >= pieceBytes) {
      const whole = Buffer.concat(held);
      yield whole.subarray(0, pieceBytes);
      held = [whole.subarray(pieceBytes)];
      length -= pieceBytes;
    }
  }
  if (length > 0) yield Buffer.concat(held);
}

function* blocks({ lines }: PlannedPart, head: string): Generator<Buffer> {
  let text = head;
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < BLOCK_CHARS) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

async function* gzipped(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  const gzip = createGzip({ level: LEVEL });
  const feed = async (): Promise<void> => {
    for (const chunk of chunks) if (!gzip.write(chunk)) await once(gzip, 'drain');
    gzip.end();
  };
  const feeding = feed().catch((error: unknown) => gzip.destroy(error as Error));
  try {
    for await (const chunk of gzip) yield chunk as Buffer;
  } finally {
    gzip.destroy();
  }
  await feeding;
}
