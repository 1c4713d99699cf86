import zlib, { type DeflateRaw, type ZlibOptions } from 'node:zlib';

/** More than a text can become: a compressor hands out all of it at once. */
const MAX_OUTPUT_BYTES: number = 1024 * 1024;

/** Compressed packs lie in blocks of this size, one after another. */
const BLOCK_BYTES: number = 64 * 1024;

/**
 * Compressors kept for each that may be at work. With as many idle ones, one text in 25 needs a new compressor; without,
 * one in 6, and one in 2 if more texts wait. Measured in docs/decisions/packed-landing.md.
 */
const KEPT_FOR_EACH: number = 2;

interface Order {
  readonly text: Buffer;
  readonly resolve: (compressed: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** A compressor, and the length in bytes of the longest text that it has deflated. */
interface Used {
  readonly stream: DeflateRaw;
  readonly longest: number;
}

/**
 * Makes a function that deflates each text to its end, on libuv's threads, several at once. The output depends on the text
 * alone: it is what a new compressor gives, whatever was deflated before. Compressors are used again, because a new one
 * takes 256 KB of memory and, for a short text, as much time as deflating it.
 *
 * Near the end of a text, zlib reads a byte after it, and `reset` does not clear what an earlier, longer text left there.
 * So a used compressor takes only texts that are at least as long as any it has had; a new one takes the others.
 *
 * @param atOnce how many texts are deflated at once; the others wait in order
 */
export function deflater(options: ZlibOptions, atOnce: number): (text: Buffer) => Promise<Uint8Array> {
  const kept = atOnce * KEPT_FOR_EACH;
  const waiting: Order[] = [];
  const idle: Used[] = [];
  let busy = 0;

  const next = (): void => {
    while (busy < atOnce && waiting.length > 0) {
      const order = waiting.shift()!;
      const stream = takeFitting(idle, order.text.byteLength) ?? made(options);
      busy += 1;
      if (busy + idle.length > kept) closeLongest(idle);
      run(stream, order);
    }
  };
  const run = (stream: DeflateRaw, { text, resolve, reject }: Order): void => {
    const failed = (error: Error): void => {
      busy -= 1;
      reject(error);
      next();
    };
    stream.once('error', failed);
    stream.write(text, (error) => {
      // The stream also emits the error, and is not used again.
      if (error) return;
      stream.off('error', failed);
      const compressed = stream.read() as Buffer;
      stream.reset();
      idle.push({ stream, longest: text.byteLength });
      busy -= 1;
      next();
      resolve(compressed);
    });
  };
  return (text) =>
    new Promise((resolve, reject) => {
      waiting.push({ text, resolve, reject });
      next();
    });
}

/** Takes the compressor with the longest text of those with none longer than this one: the others still fit shorter texts. */
function takeFitting(idle: Used[], length: number): DeflateRaw | undefined {
  let best = -1;
  for (const [index, { longest }] of idle.entries()) {
    if (longest <= length && (best === -1 || longest > idle[best]!.longest)) best = index;
  }
  return best === -1 ? undefined : idle.splice(best, 1)[0]!.stream;
}

/** Closes the compressor that fits the fewest texts. */
function closeLongest(idle: Used[]): void {
  let worst = 0;
  for (const [index, { longest }] of idle.entries()) if (longest > idle[worst]!.longest) worst = index;
  idle.splice(worst, 1)[0]!.stream.close();
}

/** A compressor that ends its output with each write. */
function made(options: ZlibOptions): DeflateRaw {
  return zlib.createDeflateRaw({
    ...options,
    flush: zlib.constants.Z_FINISH,
    chunkSize: BLOCK_BYTES,
    readableHighWaterMark: MAX_OUTPUT_BYTES,
  } as ZlibOptions);
}
