import { type Codec, MillraceError } from '@millrace/core';
import {
  block,
  type Block,
  type CodecContext,
  isBlock,
  type Produced,
  type Rejected,
  rejectedRecord,
  type RejectedRecord,
  signatureOf,
} from '@millrace/core/plugin';
import { LogProblem, type ParseLog, SKIP } from './log-problem.ts';

type ReparsedLog = Pick<RejectedRecord, 'raw' | 'code' | 'details'>;

export interface LogCodecSettings<V, R> {
  readonly name: string;
  /** The parser of @millrace/formats that cuts the item into lines or JSON values, places and all. */
  readonly framing: Codec<string, V, 'records'>;
  /** What the user chose, for the signature. */
  readonly options?: unknown;
  /** Called for each item: what it answers may remember a header. */
  readonly begin: () => ParseLog<V, R>;
  /** Called for a record that is parsed by itself; throws `REPLAY_IMPOSSIBLE` where the header is not known. */
  readonly beginReparse: (rejected: ReparsedLog) => ParseLog<V, R>;
}

/** A parser of logs: a framing, and what makes a record of each framed text. Lines without a record take no ordinal. */
export function logCodec<V, R>(settings: LogCodecSettings<V, R>): Codec<string, R, 'records'> {
  const { name, framing, options, begin, beginReparse } = settings;
  return Object.freeze<Codec<string, R, 'records'>>({
    kind: 'codec',
    emits: 'records',
    name,
    signature: signatureOf({ framing: framing.signature, options }),
    takesDamage: true,
    start: (context: CodecContext) => {
      const stage = framing.start(context);
      const parse = begin();
      return {
        push: (text, place) => refined(stage.push(text, place), parse, context),
        end: () => refined(stage.end?.() ?? [], parse, context),
      };
    },
    reparse: (rejected: ReparsedLog) => reparsed(settings, beginReparse(rejected), rejected),
  });
}

/** The records of a framed block, with the places that the framing knows. */
function refined<V, R>(framed: Produced<V>, parse: ParseLog<V, R>, { reject }: CodecContext): Block<R> | readonly [] {
  // The framings of @millrace/formats answer one block, or nothing.
  if (!isBlock(framed)) return [];
  const { records, place } = framed as Block<V>;
  const made: (R | Rejected)[] = [];
  const indexes: number[] = [];
  for (const [index, value] of records.entries()) {
    const record = rejectedRecord(value) === undefined ? parse(value as V) : (value as Rejected);
    if (record === SKIP) continue;
    indexes.push(index);
    if (!(record instanceof LogProblem)) {
      made.push(record);
      continue;
    }
    const at = place?.(index) ?? {};
    const { code, what, details } = record;
    made.push(reject({ ...at, code, message: `Line ${at.line} ${what}`, details }));
  }
  return made.length === 0 ? [] : block(made, (index) => place?.(indexes[index]!) ?? {});
}

function reparsed<V, R>({ framing }: LogCodecSettings<V, R>, parse: ParseLog<V, R>, rejected: ReparsedLog): R {
  const record = parse(framing.reparse!(rejected));
  if (record === SKIP) {
    throw new MillraceError('REPLAY_IMPOSSIBLE', 'The text is a header: there is nothing to deliver.');
  }
  if (!(record instanceof LogProblem)) return record;
  throw new MillraceError(record.code, `The text ${record.what}`, { details: record.details });
}
