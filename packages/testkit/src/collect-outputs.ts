import { MillraceError } from '@millrace/core';
import {
  type Block,
  type CodecContext,
  type Emits,
  isBlock,
  isLocated,
  isPart,
  type Produced,
  rejected,
  type Rejected,
  rejectedRecord,
  type RecordPlace,
  type TextPlace,
} from '@millrace/core/plugin';
import type { CodecRun, RunCodecOptions } from './run-codec.ts';

/** What comes out of one codec at work on one item, held against the contract. */
export interface CollectedOutputs<O> {
  /** What the codec is handed at its start. */
  readonly context: CodecContext;
  readonly take: (produced: Produced<O>) => Promise<void>;
  /** Called after the last output: no marker may be missing. */
  readonly end: () => void;
  readonly result: () => CodecRun<O>;
}

/** Takes the outputs of a codec as the runner does. */
export function collectOutputs<O>(
  codec: { readonly name: string; readonly emits: Emits },
  options: RunCodecOptions,
): CollectedOutputs<O> {
  const {
    feed = 'test',
    item = { id: 'memory:test', uri: 'memory:test' },
    signal = new AbortController().signal,
  } = options;
  const outputs: (O | Rejected)[] = [];
  const places: (() => RecordPlace | undefined)[] = [];
  const textPlaces = new Map<number, TextPlace>();
  const counters: Record<string, number> = {};
  const notes: Record<string, string> = {};
  const parts: { readonly name: string; readonly at: number }[] = [];
  const made = new Set<Rejected>();
  const contract = (what: string): MillraceError =>
    new MillraceError('CODEC_CONTRACT', `Codec ${codec.name}: ${what}.`, { stage: codec.name });

  const context: CodecContext = {
    feed,
    run: 'test',
    stage: codec.name,
    signal,
    item,
    count: (counter, by = 1) => {
      counters[counter] = (counters[counter] ?? 0) + by;
    },
    note: (name, text) => {
      notes[name] = text;
    },
    reject: (record) => {
      if (codec.emits !== 'records') throw contract('it emits chunks, so it has no record to reject');
      const marker = rejected(record);
      made.add(marker);
      return marker;
    },
  };

  const take = (value: O | Rejected, place: () => RecordPlace | undefined): void => {
    if (rejectedRecord(value) !== undefined && !made.delete(value as Rejected)) {
      throw contract('it emitted a marker twice, or one that context.reject did not make');
    }
    outputs.push(value);
    places.push(place);
  };
  const takeBlock = ({ records, place }: Block<O>): void => {
    if (codec.emits !== 'records') throw contract('it emits chunks, but answered a block of records');
    for (const [index, record] of records.entries()) take(record, () => place?.(index));
  };
  const takeLocated = (chunk: O, place: TextPlace): void => {
    if (codec.emits !== 'chunks') throw contract('it emits records, but answered a located chunk');
    textPlaces.set(outputs.length, place);
    take(chunk, () => undefined);
  };
  const takePart = (name: string): void => {
    if (codec.emits !== 'chunks') throw contract('it emits records, but began a part');
    if (parts.length === 0 && outputs.length > 0) throw contract('it emitted chunks before its first part');
    parts.push({ name, at: outputs.length });
  };
  const takeAll = async (produced: Produced<O>): Promise<void> => {
    if (isBlock(produced)) {
      takeBlock(produced as Block<O>);
      return;
    }
    if (typeof produced !== 'object' || !(Symbol.iterator in produced || Symbol.asyncIterator in produced)) {
      throw contract('its outputs must be an array, a block or an iterable object');
    }
    for await (const value of produced) {
      if (isBlock(value)) takeBlock(value as Block<O>);
      else if (isPart(value)) takePart(value.name);
      else if (isLocated(value)) takeLocated(value.chunk as O, value.place);
      else take(value as O | Rejected, () => undefined);
    }
  };

  return {
    context,
    take: takeAll,
    end: () => {
      if (made.size > 0) throw contract(`it made ${made.size} markers that it did not emit`);
    },
    result: () => ({
      outputs,
      values: outputs.filter((output): output is O => rejectedRecord(output) === undefined),
      rejections: outputs.flatMap((output, ordinal) => {
        const record = rejectedRecord(output);
        return record === undefined ? [] : [{ ...places[ordinal]?.(), ...record, ordinal }];
      }),
      counters,
      notes,
      place: (ordinal) => places[ordinal]?.(),
      textPlace: (index) => textPlaces.get(index),
      parts,
    }),
  };
}
