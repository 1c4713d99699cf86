import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { type Encoder, isMillraceError, type RecordContext } from '@millrace/core';
import { check, checkEncoder, checkOptions } from '@millrace/core/plugin';
import type { ConformanceCase } from './conformance-case.ts';
import { atAnotherTime } from './each-cases/at-another-time.ts';
import { CANARY, differentValues, PLAIN, shown, textsToEncode, valuesThatHide } from './encoder-cases/values.ts';

export interface EncoderCasesOptions<T> {
  /** Makes the encoder; called for each case. */
  readonly create: () => Encoder<T>;
  /** Makes a record that carries a value of any type; the encoder may refuse it. */
  readonly record: (value: unknown) => T;
  /** Reads a whole file of the format, with a reader that the encoder was not written with if there is one: the values that its
   * records carry, in order. */
  readonly read: (file: string) => readonly unknown[];
}

type EncoderTest<T> = (stand: Stand<T>) => void;

/** An encoder under test. */
interface Stand<T> extends EncoderCasesOptions<T> {
  readonly encoder: Encoder<T>;
  /** The text of a record, or `undefined` if it is refused as it must be. */
  readonly text: (value: unknown, encoder?: Encoder<T>) => string | undefined;
  /** A file of texts. */
  readonly file: (texts: readonly string[]) => string;
}

/**
 * Returns the cases that every encoder must pass, for values of every kind that a parser can produce.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * encoderCases({
 *   create: encodeNdjson,
 *   record: (value) => ({ value }),
 *   read: (file) => file.trimEnd().split('\n').map((line) => JSON.parse(line).value),
 * });
 */
export function encoderCases<T>(options: EncoderCasesOptions<T>): readonly ConformanceCase[] {
  checkOptions('encoderCases', options, { create: check.callback, record: check.callback, read: check.callback });
  const cases: readonly (readonly [string, string, EncoderTest<T>])[] = [
    ['10.1', 'the text of a record is the same at every reading, whatever came before', sameText],
    ['10.2', 'a text comes back as it was, or is refused', comesBack],
    ['10.2', 'values that differ have texts that differ, or are refused', tellsApart],
    ['10.3', 'it says what a file of its texts is', describesItself],
    ['10.3', 'a file holds all of its records, be they one or many, whichever were refused', wholeFile],
    ['10.4', 'texts are valid Unicode', validUnicode],
    ['10.5', 'a record is as it was, encoded or refused', leavesRecord],
    ['10.6', 'a refusal has a code, and no content of the record', refusesWithoutContent],
  ];
  return cases.map(([clause, name, test]) => ({ clause, name, run: async () => test(standOf(options)) }));
}

const context = (): RecordContext => ({
  ordinal: 0,
  branch: '',
  item: { id: 'cases:item?version=1', uri: 'cases:item', lastModified: '2026-01-02T03:04:05.000Z' },
  feed: 'cases',
  run: 'run',
  signal: new AbortController().signal,
});

const everyValue = (): readonly unknown[] => [
  ...PLAIN,
  ...textsToEncode(),
  ...differentValues().flat(),
  ...valuesThatHide(),
];

function standOf<T>(options: EncoderCasesOptions<T>): Stand<T> {
  const encoder = options.create();
  const { header = '', separator = '', footer = '' } = encoder;
  return {
    ...options,
    encoder,
    text: (value, by = encoder) => {
      try {
        return by.encode(options.record(value), context());
      } catch (error) {
        if (isMillraceError(error)) return undefined;
        throw error;
      }
    },
    file: (texts) => header + texts.join(separator) + footer,
  };
}

/** The text of a value; a throw without a code is the matter of clause 10.6 alone. */
function textOrThrow<T>({ text }: Stand<T>, value: unknown, encoder?: Encoder<T>): string {
  try {
    return text(value, encoder) ?? 'refused';
  } catch {
    return 'thrown';
  }
}

function accepted<T>(
  stand: Stand<T>,
  values: readonly unknown[],
): readonly (readonly [value: unknown, text: string])[] {
  return values.flatMap((value) => {
    const text = textOrThrow(stand, value);
    return text === 'refused' || text === 'thrown' ? [] : [[value, text] as const];
  });
}

function sameText<T>(stand: Stand<T>): void {
  const all = everyValue();
  const first = all.map((value) => textOrThrow(stand, value));
  const back = all.toReversed().map((value) => textOrThrow(stand, value));
  assert.deepEqual(back.toReversed(), first, 'The text of a record must not depend on the records before it.');
  const another = stand.create();
  const later = all.map((value) => atAnotherTime(() => textOrThrow(stand, value, another)));
  assert.deepEqual(later, first, 'The text of a record must not depend on the clock, on chance or on the encoder.');
}

function comesBack<T>(stand: Stand<T>): void {
  assert.deepEqual(
    accepted(stand, PLAIN).map(([value]) => value),
    PLAIN,
    'Plain text must not be refused.',
  );
  for (const [value, text] of accepted(stand, textsToEncode())) {
    assert.deepEqual(readBack(stand, [text]), [shown(value)], 'What is read must be what was written.');
  }
}

function readBack<T>({ read, file }: Stand<T>, texts: readonly string[]): readonly string[] {
  return read(file(texts)).map(shown);
}

function tellsApart<T>(stand: Stand<T>): void {
  for (const group of differentValues()) {
    // Compared as bytes, which is how they are stored.
    const texts = accepted(stand, group).map(([, text]) => Buffer.from(text).toString('hex'));
    assert.equal(
      new Set(texts).size,
      texts.length,
      `These values differ, and at least two have the same text: ${inspect(group)}. Refuse what cannot be encoded exactly.`,
    );
  }
}

function describesItself<T>({ encoder }: Stand<T>): void {
  assert.equal(checkEncoder(encoder), undefined, 'It must have kind, encode, and an extension such as ".csv".');
  assert.ok(
    encoder.name !== '' && /^[\w.+-]+\/[\w.+-]+/.test(encoder.contentType),
    'It must have name and contentType.',
  );
  assert.ok(Object.isFrozen(encoder), 'It must be frozen.');
}

function wholeFile<T>(stand: Stand<T>): void {
  for (const count of [1, 2, 100]) {
    const values = Array.from({ length: count }, (_, index) => `${PLAIN[index % PLAIN.length]} ${index}`);
    const texts = values.map((value) => textOrThrow(stand, value));
    assert.deepEqual(readBack(stand, texts), values, `A file of ${count} records must be read as these records.`);
  }
  const mixed = accepted(stand, textsToEncode());
  const expected = mixed.map(([value]) => shown(value));
  assert.deepEqual(
    readBack(
      stand,
      mixed.map(([, text]) => text),
    ),
    expected,
    'Records must not change each other.',
  );
}

function validUnicode<T>(stand: Stand<T>): void {
  const { header = '', separator = '', footer = '' } = stand.encoder;
  for (const text of [header, separator, footer, ...accepted(stand, everyValue()).map(([, one]) => one)]) {
    assert.ok(
      text.isWellFormed(),
      'A text must not hold surrogates without their other half: UTF-8 cannot store them.',
    );
  }
}

function leavesRecord<T>(stand: Stand<T>): void {
  for (const value of everyValue()) {
    const record = stand.record(value);
    const before = inspected(record);
    try {
      stand.encoder.encode(record, context());
    } catch {
      // It is looked at all the same.
    }
    assert.equal(inspected(record), before, 'A quarantine keeps the record as it stands, so it must not be changed.');
  }
}

function refusesWithoutContent<T>(stand: Stand<T>): void {
  for (const value of everyValue()) {
    try {
      stand.encoder.encode(stand.record(value), context());
    } catch (error) {
      assert.ok(isMillraceError(error), `A record must be refused by a MillraceError with a code: ${inspect(value)}.`);
      const said = JSON.stringify(error.toJSON());
      assert.ok(!said.includes(CANARY), `A refusal must not quote the record: ${error.code}.`);
    }
  }
}

function inspected(value: unknown): string {
  return inspect(value, { depth: 10, maxArrayLength: Infinity, maxStringLength: Infinity });
}
