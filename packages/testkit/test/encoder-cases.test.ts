import { type Encoder, MillraceError } from '@millrace/core';
import { ndjsonEncoder } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { encoderCases } from '../src/index.ts';
import { failingClauses } from './failing.ts';

interface Row {
  value: unknown;
}

/** Whole numbers beyond 2^53 come back as they stand. */
const exactly = ((_: string, value: unknown, { source }: { readonly source: string }) =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
    ? BigInt(source)
    : value) as Parameters<typeof JSON.parse>[1];

/** The values of lines of JSON; what is not JSON is read as what it is. */
function readLines(file: string): readonly unknown[] {
  return file
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      try {
        return (JSON.parse(line, exactly) as Row).value;
      } catch {
        return `not JSON: ${line}`;
      }
    });
}

const record = (value: unknown): Row => ({ value });
const casesOf = (create: () => Encoder<Row>, read = readLines) => encoderCases({ create, record, read });

describe('an encoder that keeps the contract', () => {
  for (const { clause, name, run } of casesOf(() => ndjsonEncoder)) it(`${clause} ${name}`, run);
});

const encoder = (encode: Encoder<Row>['encode'], more: Partial<Encoder<Row>> = {}): Encoder<Row> =>
  Object.freeze<Encoder<Row>>({ ...ndjsonEncoder, ...more, encode });

const sound = (row: Row): string => ndjsonEncoder.encode(row, undefined as never);

describe('an encoder that breaks the contract fails the cases of what it breaks, and no other', () => {
  let count = 0;
  const values = new Set<string>();

  it.each<[string, () => Encoder<Row>, readonly string[]]>([
    ['counts records', () => encoder((row) => sound(row).replace('{', `{"n":${(count += 1)},`)), ['10.1']],
    [
      'adds the day',
      () => encoder((row) => sound(row).replace('{', `{"on":"${new Date().toDateString()}",`)),
      ['10.1'],
    ],
    ['adds chance', () => encoder((row) => sound(row).replace('{', `{"id":${Math.random()},`)), ['10.1']],
    [
      'leaves out what it has seen',
      () =>
        encoder((row) => {
          const text = sound(row);
          if (values.has(text)) return text.replace('{', '{"again":true,');
          values.add(text);
          return text;
        }),
      ['10.1'],
    ],
    [
      'writes what JSON.stringify makes of it',
      () => encoder((row) => `${JSON.stringify(row)}\n`),
      ['10.2', '10.3', '10.6'],
    ],
    ['cuts long texts', () => encoder((row) => sound(row).replaceAll(/x{99999,}/g, 'x')), ['10.2', '10.3']],
    ['trims texts', () => encoder((row) => sound(row).replace(/\s+"}\n$/, '"}\n')), ['10.2', '10.3']],
    [
      'refuses everything',
      () =>
        encoder(() => {
          throw new MillraceError('NO', 'No.');
        }),
      ['10.2', '10.3'],
    ],
    ['forgets a line end', () => encoder((row) => sound(row).trimEnd()), ['10.3']],
    ['ends its file with something else', () => encoder(sound, { footer: 'the end' }), ['10.2', '10.3']],
    ['has an extension that leaves the folder', () => encoder(sound, { extension: '/../x' }), ['10.3']],
    ['is not frozen', () => ({ ...ndjsonEncoder }), ['10.3']],
    [
      'writes half of a surrogate pair',
      () => encoder((row) => (row.value === '\ud800' ? '{"value":"\ud800"}\n' : sound(row))),
      ['10.2', '10.4'],
    ],
    [
      'has half of a surrogate pair in its footer',
      () => encoder(sound, { footer: '\n\ud800' }),
      ['10.2', '10.3', '10.4'],
    ],
    [
      'changes the record',
      () =>
        encoder((row) => {
          const text = sound(row);
          row.value = 'seen';
          return text;
        }),
      ['10.5'],
    ],
    [
      'throws without a code',
      () =>
        encoder((row) => {
          try {
            return sound(row);
          } catch {
            throw new TypeError('unsupported');
          }
        }),
      ['10.6'],
    ],
    [
      'quotes the record',
      () =>
        encoder((row) => {
          try {
            return sound(row);
          } catch {
            throw new MillraceError('UNSUPPORTED', `No: ${Object.keys((row.value ?? {}) as object).join()}`);
          }
        }),
      ['10.6'],
    ],
  ])('%s', async (_, create, clauses) => {
    expect(await failingClauses(casesOf(create))).toEqual(clauses);
  });
});

it('refuses options that it cannot use', () => {
  const loose = encoderCases as (options: object) => unknown;
  const options = { create: () => ndjsonEncoder, record, read: readLines };
  expect(() => loose({ ...options, read: 1 })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  expect(() => loose({ ...options, samples: [] })).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
});
