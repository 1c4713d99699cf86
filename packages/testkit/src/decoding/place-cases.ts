import assert from 'node:assert/strict';
import { isMillraceError, type Parser } from '@millrace/core';
import { type RecordPlace, type RejectedRecord, rejectedRecord, type TextPlace } from '@millrace/core/plugin';
import type { CollectedRun } from '../collect-outputs.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { type Cuttable, cuttings } from '../cut.ts';
import { driveStage } from './driven-stage.ts';

/** Records of which the damage is tried; all of a large sample would take long. */
const MOST_DAMAGED = 20;
const DAMAGE = { code: 'CASES_DAMAGED', message: 'Bytes that are not text.' };

/** What a parser says of the places of records, and what it makes of one record that comes by itself. */
export function placeCases<I extends Cuttable, T>(
  create: () => Parser<I, T>,
  { name, input }: { readonly name: string; readonly input: I },
  seed: number,
): readonly ConformanceCase[] {
  const { chunks } = cuttings(input, seed).find((way) => way.name.startsWith('random'))!;
  return [
    { name: `${name}: records are where it says`, clause: '3.15', run: () => isWhereItSays(create(), chunks) },
    { name: `${name}: a record makes the same by itself`, clause: '3.16', run: () => sameByItself(create(), chunks) },
    { name: `${name}: damage rejects the record that holds it`, clause: '3.10', run: () => damaged(create(), chunks) },
  ];
}

/** Raw text and line are those of the input at the offset. */
async function isWhereItSays<I extends Cuttable, T>(parser: Parser<I, T>, chunks: readonly I[]): Promise<void> {
  const input = chunks.map((chunk) => Buffer.from(chunk).toString()).join('');
  const run = await located(parser, chunks);
  for (const [ordinal, { raw, line, byteOffset }] of placesOf(run).entries()) {
    if (byteOffset === undefined || typeof chunks[0] !== 'string') continue;
    if (typeof raw === 'string') assert.equal(input.slice(byteOffset, byteOffset + raw.length), raw, at(ordinal));
    if (line !== undefined) assert.equal(line, input.slice(0, byteOffset).split('\n').length, at(ordinal));
  }
}

function at(ordinal: number): string {
  return `Record ${ordinal} is not where the parser says.`;
}

/** `reparse` of a record's raw text makes that record, or of a rejected one the same error. */
async function sameByItself<I extends Cuttable, T>(parser: Parser<I, T>, chunks: readonly I[]): Promise<void> {
  if (parser.reparse === undefined) return;
  const run = await located(parser, chunks);
  for (const [ordinal, place] of placesOf(run).entries()) {
    const output = run.outputs[ordinal];
    const bad = rejectedRecord(output);
    if (place.raw === undefined) continue;
    try {
      const again = parser.reparse({ raw: place.raw, code: 'CASES_REJECTED', details: undefined, ...bad });
      assert.equal(bad, undefined, `Record ${ordinal} was rejected, and is a record by itself.`);
      assert.deepEqual(again, output, `Record ${ordinal} is another one by itself.`);
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      if (error.code !== 'REPLAY_IMPOSSIBLE') assert.equal(error.code, bad?.code, `Record ${ordinal}, by itself`);
    }
  }
}

/** Damage in the middle of a record rejects it with the damage's code, and no other record. */
async function damaged<I extends Cuttable, T>(parser: Parser<I, T>, chunks: readonly I[]): Promise<void> {
  if (parser.takesDamage !== true) return;
  const sound = await located(parser, chunks);
  const places = placesOf(sound).slice(0, MOST_DAMAGED);
  for (const [ordinal, { raw, byteOffset }] of places.entries()) {
    // Of a record that is too long for its limit nobody looks at all.
    if (byteOffset === undefined || typeof raw !== 'string' || raw === '') continue;
    if (rejectedRecord(sound.outputs[ordinal]) !== undefined) continue;
    const run = await located(parser, chunks, byteOffset + Math.floor(raw.length / 2));
    const expected = sound.outputs.map((output, index) => (index === ordinal ? DAMAGE.code : codeOrRecord(output)));
    assert.deepEqual(run.outputs.map(codeOrRecord), expected, `Damage in record ${ordinal} of the sample.`);
  }
}

function codeOrRecord(output: unknown): unknown {
  return rejectedRecord(output)?.code ?? output;
}

/** Parses chunks of text whose offsets count characters, one of which may be damaged. */
async function located<I extends Cuttable, T>(
  parser: Parser<I, T>,
  chunks: readonly I[],
  damagedAt?: number,
): Promise<CollectedRun<T>> {
  const driven = driveStage<I, T>(parser);
  let from = 0;
  try {
    for (const chunk of chunks) {
      await driven.push(chunk, typeof chunk === 'string' ? placeOf(chunk, from, damagedAt) : undefined);
      from += chunk.length;
    }
    await driven.end();
  } finally {
    await driven.close();
  }
  return driven.result();
}

function placeOf(text: string, from: number, damagedAt: number | undefined): TextPlace {
  const index = damagedAt === undefined ? -1 : damagedAt - from;
  const isHere = index >= 0 && index < text.length;
  return {
    byteOffset: (offset) => from + offset,
    ...(damagedAt !== undefined && { bytes: (start, end) => Buffer.from(text.slice(start, end)) }),
    ...(isHere && { damage: [{ index, ...DAMAGE }] }),
  };
}

function placesOf<T>({ outputs, place }: CollectedRun<T>): readonly (RecordPlace & Partial<RejectedRecord>)[] {
  return outputs.map((output, ordinal) => ({ ...place(ordinal), ...rejectedRecord(output) }));
}
