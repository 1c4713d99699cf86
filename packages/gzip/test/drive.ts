import { MillraceError } from '@millrace/core';
import type { CodecContext } from '@millrace/core/plugin';
import { gunzip, type GunzipOptions } from '../src/index.ts';

export const ENGINES = ['native', 'fflate'] as const;

/** What became of one item: its output, and the error where it failed. */
export interface Outcome {
  readonly output: Buffer;
  readonly error: MillraceError | undefined;
  /** The error's code, or `OK`. */
  readonly code: string;
}

/** gunzip's stage, which yields bytes only. */
export interface ByteStage {
  readonly push: (input: Uint8Array) => AsyncIterable<Uint8Array>;
  readonly end: () => Iterable<Uint8Array>;
  readonly close: () => void;
}

export function start(options: GunzipOptions = {}): ByteStage {
  // It asks nothing of its context.
  return gunzip(options).start({} as CodecContext) as ByteStage;
}

/** Sends an item's chunks through gunzip as the runner does. */
export async function drive(options: GunzipOptions, chunks: Iterable<Uint8Array>): Promise<Outcome> {
  const stage = start(options);
  const outputs: Uint8Array[] = [];
  let error: unknown;
  try {
    for (const chunk of chunks) for await (const output of stage.push(chunk)) outputs.push(output);
    for (const output of stage.end()) outputs.push(output);
  } catch (thrown) {
    error = thrown;
  } finally {
    stage.close();
  }
  if (error !== undefined && !(error instanceof MillraceError)) throw error;
  return { output: Buffer.concat(outputs), error, code: error?.code ?? 'OK' };
}

/** The outcome of both engines, which must have the same code and, where they accept, the same output. */
export async function driveBoth(options: GunzipOptions, chunks: readonly Uint8Array[]): Promise<Outcome> {
  const [native, fflate] = [
    await drive({ ...options, engine: 'native' }, chunks),
    await drive({ ...options, engine: 'fflate' }, chunks),
  ];
  if (native.code !== fflate.code) throw new Error(`native says ${native.code}, fflate ${fflate.code}`);
  if (native.code === 'OK' && !native.output.equals(fflate.output)) throw new Error('the outputs differ');
  return native;
}
