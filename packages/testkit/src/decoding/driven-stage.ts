import type { CharsetDecoder, Decompressor, Parser } from '@millrace/core';
import type { ParserContext, TextPlace } from '@millrace/core/plugin';
import { type CollectedOutputs, collectOutputs } from '../collect-outputs.ts';
import type { DriveOptions } from './drive-options.ts';

/** A stage that is given chunks: any but a parser that reads ranges. */
export interface ChunkStage<I> {
  readonly kind: (Decompressor | CharsetDecoder | Parser<I, unknown>)['kind'];
  readonly name: string;
  readonly reportsColumns?: boolean;
  readonly start: (context: ParserContext) => {
    readonly push: (chunk: I, place?: TextPlace) => unknown;
    readonly end?: () => unknown;
    readonly close?: () => void | Promise<void>;
  };
}

/** A stage at work, step by step. */
export interface DrivenStage<I, O> {
  readonly push: (chunk: I, place?: TextPlace) => Promise<void>;
  readonly end: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly result: CollectedOutputs<O>['result'];
}

/** Starts a stage, to be driven step by step. */
export function driveStage<I, O>(stage: ChunkStage<I>, options: DriveOptions = {}): DrivenStage<I, O> {
  const { context, take, end, result } = collectOutputs<O>(stage, options);
  const started = stage.start(context);
  return {
    push: async (chunk, place) => take(started.push(chunk, place)),
    end: async () => {
      if (started.end !== undefined) await take(started.end());
      end();
    },
    close: async () => {
      await started.close?.();
    },
    result,
  };
}

/** Drives a stage from its start to its close. What the stage throws, it rejects with, unchanged. */
export async function runStage<I, O>(
  stage: ChunkStage<I>,
  chunks: Iterable<I> | AsyncIterable<I>,
  options: DriveOptions = {},
): Promise<ReturnType<CollectedOutputs<O>['result']>> {
  const driven = driveStage<I, O>(stage, options);
  try {
    for await (const chunk of chunks) await driven.push(chunk);
    await driven.end();
  } finally {
    await driven.close();
  }
  return driven.result();
}
