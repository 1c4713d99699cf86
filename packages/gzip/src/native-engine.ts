import { type Engine, type Inflater, OUTPUT_BYTES } from './engine.ts';
import { type NativeStream, nativeStream, plainBytes } from './native-stream.ts';

type Zlib = Pick<typeof import('node:zlib'), 'crc32' | 'createInflateRaw' | 'inflateRawSync'>;

/** The result of `inflateRawSync` with `info: true`, which @types/node does not know. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** With a high-water mark of one byte the stream holds one output at most; taking it makes zlib start on the next. */
const STREAM_OPTIONS = { chunkSize: OUTPUT_BYTES, highWaterMark: 1 };

/**
 * zlib as Node brings it, or `undefined` where there is none. It is asked for at run time, so that the same build also
 * loads where `node:` modules do not exist.
 */
export function nativeEngine(): Engine | undefined {
  const zlib: Zlib | undefined = globalThis.process?.getBuiltinModule?.('node:zlib');
  if (typeof zlib?.crc32 !== 'function') return undefined;
  return {
    crc32: zlib.crc32,
    inflater: (corrupt, small) => nativeInflater(zlib, (error) => (isDataError(error) ? corrupt(error) : error), small),
  };
}

function nativeInflater(zlib: Zlib, translated: (error: unknown) => unknown, small: boolean): Inflater {
  let mayFit = small;
  let stream: NativeStream | undefined;
  let unused: number | undefined;

  return {
    inflate: async function* (input) {
      try {
        const whole = mayFit ? inflateWhole(zlib, input) : undefined;
        mayFit = false;
        if (whole !== undefined) {
          unused = input.length - whole.engine.bytesWritten;
          if (whole.buffer.length > 0) yield plainBytes(whole.buffer);
          return;
        }
        stream ??= nativeStream(zlib.createInflateRaw(STREAM_OPTIONS));
        const taken = yield* stream.inflate(input);
        // zlib leaves alone what lies behind the end of a deflate stream.
        if (taken < input.length) unused = input.length - taken;
      } catch (error) {
        throw translated(error);
      }
    },
    unused: () => unused,
    close: () => stream?.close(),
  };
}

/**
 * The whole stream at once, or `undefined` where it does not end inside `input` or gives more than one output. For the
 * many small members of a log shipper this is twice as fast as a stream for each.
 */
function inflateWhole(zlib: Zlib, input: Uint8Array): Inflated | undefined {
  const options = { info: true, maxOutputLength: OUTPUT_BYTES, finishFlush: SYNC_FLUSH };
  try {
    const whole = zlib.inflateRawSync(input, options) as unknown as Inflated;
    return whole.engine.bytesWritten < input.length ? whole : undefined;
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
}

/** zlib.constants.Z_SYNC_FLUSH: an input that ends early is no error. */
const SYNC_FLUSH = 2;

function isDataError(error: unknown): boolean {
  return codeOf(error) === 'Z_DATA_ERROR';
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}
