import { MillraceError } from '@millrace/core';
import {
  type Block,
  isBlock,
  isLocated,
  isPart,
  type ParserContext,
  type Produced,
  type RecordPlace,
  rejected,
  type Rejected,
  rejectedRecord,
  type TextPlace,
} from '@millrace/core/plugin';
import type { DriveOptions } from './decoding/drive-options.ts';
import type { ParserRun } from './parser-run.ts';

/** What came out of a stage of any kind. */
export interface CollectedRun<O> extends ParserRun<O> {
  readonly textPlace: (index: number) => TextPlace | undefined;
  readonly parts: readonly { readonly name: string; readonly at: number }[];
}

/** What comes out of one stage at work on one object, held against the contract. */
export interface CollectedOutputs<O> {
  /** What the stage gets at its start. */
  readonly context: ParserContext;
  readonly take: (returned: unknown) => Promise<void>;
  /** Called after the last output: no marker may be missing. */
  readonly end: () => void;
  readonly result: () => CollectedRun<O>;
}

/** Takes the outputs of a stage as the runner does. */
export function collectOutputs<O>(
  stage: { readonly name: string; readonly kind: string; readonly reportsColumns?: boolean },
  options: DriveOptions,
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
  let columns: readonly string[] | undefined;
  const made = new Set<Rejected>();
  const contract = (what: string): MillraceError =>
    new MillraceError('CODEC_CONTRACT', `Stage ${stage.name}: ${what}.`, { stage: stage.name });
  const parses = stage.kind === 'parser' || stage.kind === 'range-parser';

  const context: ParserContext = {
    feed,
    run: 'test',
    stage: stage.name,
    signal,
    item,
    count: (counter, by = 1) => {
      counters[counter] = (counters[counter] ?? 0) + by;
    },
    note: (name, text) => {
      notes[name] = text;
    },
    reject: (record) => {
      if (!parses) throw contract('it has no record to reject, as it is not a parser');
      const marker = rejected(record);
      made.add(marker);
      return marker;
    },
    reportColumns: (names) => {
      if (!parses || stage.reportsColumns !== true)
        throw contract('it reported columns, and does not say that it does');
      if (columns !== undefined) throw contract('it reported its columns twice');
      if (outputs.length > 0) throw contract('it emitted records before it reported their columns');
      columns = [...names];
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
    if (!parses) throw contract('it returned a block of records, but is not a parser');
    for (const [index, record] of records.entries()) take(record, () => place?.(index));
  };
  const takeLocated = (chunk: O, place: TextPlace): void => {
    if (stage.kind !== 'charset-decoder') throw contract('it returned a located chunk, but is not a charset decoder');
    textPlaces.set(outputs.length, place);
    take(chunk, () => undefined);
  };
  const takePart = (name: string): void => {
    if (stage.kind !== 'decompressor' && stage.kind !== 'range-parser')
      throw contract('it began a part, but is neither a decompressor nor a parser that reads ranges');
    if (parts.length === 0 && outputs.length > 0) throw contract('it emitted chunks before its first part');
    parts.push({ name, at: outputs.length });
  };
  const takeAll = async (returned: unknown): Promise<void> => {
    const produced = returned as Produced<O>;
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
      if (stage.reportsColumns === true && columns === undefined && outputs.length > 0)
        throw contract('it emitted records and never reported their columns');
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
      ...(columns !== undefined && { columns }),
      place: (ordinal) => places[ordinal]?.(),
      textPlace: (index) => textPlaces.get(index),
      parts,
    }),
  };
}
