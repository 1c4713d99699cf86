import { isMillraceError } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { dynamodbSink, parseItems } from '../src/index.ts';
import { rejectionOf } from '../src/quarantine-row.ts';
import { unpack } from '../src/unpack.ts';
import { write } from './support/write.ts';

const CANARY = 'canary4711';

/** All that an error says of itself, in a report or a log. */
const saidBy = (error: unknown): string => `${JSON.stringify(error)} ${String((error as Error).cause)}`;

describe('a line that is not an item is rejected without what it holds', () => {
  const lines = [
    CANARY,
    `{"Item":${CANARY}}`,
    `{"Item":{"${CANARY}":{"S":"x"}`,
    `{"Item":{"${CANARY}":1}}`,
    `{"Item":{"a":{"N":"${CANARY}"}}}`,
    `{"Item":{"a":{"NS":["${CANARY}"]}}}`,
    `{"Item":{"a":{"NS":"${CANARY}"}}}`,
    `{"Item":{"a":{"L":"${CANARY}"}}}`,
    `{"Item":{"a":{"BS":"${CANARY}"}}}`,
    `{"Item":{"a":{"M":{"${CANARY}":null}}}}`,
    '{"Item":{"a":{"N":"1e999999999"}}}',
    `{"Item":{"a":{"N":"${'9'.repeat(100_000)}"}}}`,
  ];
  const rejections: { code: string; message: string; cause?: unknown; raw?: unknown }[] = [];
  const codec = parseItems();
  const stage = codec.start({
    reject: (rejected: (typeof rejections)[number]) => void rejections.push(rejected),
  } as never);

  it.each(lines.map((line) => [line.slice(0, 60), line]))('%s', async (_, line) => {
    rejections.length = 0;
    for await (const __ of stage.push(Buffer.from(`${line}\n`)) as AsyncIterable<unknown>);
    expect(rejections).toEqual([expect.objectContaining({ code: 'DYNAMODB_LINE_INVALID', raw: line })]);
    const { message, cause } = rejections[0]!;
    for (const content of [CANARY, '1e9999', '99999']) expect(`${message} ${String(cause)}`).not.toContain(content);
  });
});

it('a pack that is damaged says so without what it holds', async () => {
  const texts = [
    CANARY,
    `["a"]\n["${CANARY}`,
    `null\n{"a":${CANARY}}`,
    `["a"]\n["${CANARY}",1]`,
    'null\n{"$N":"1e999999999"}',
  ];
  for (const text of texts) {
    const pack = {
      uuid: 'u',
      pack: 1,
      encoding: 'none',
      space: 's',
      first_ordinal: 0,
      count: 1,
      records: Buffer.from(text),
    };
    let thrown: unknown;
    try {
      for await (const _ of unpack(pack));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'UNPACK_DAMAGED' });
    for (const content of [CANARY, '1e9999']) expect(saidBy(thrown)).not.toContain(content);
  }
});

it('a rejection that cannot be read says so without what it holds', () => {
  for (const rejection of [CANARY, `{"value":${CANARY}`, `{"feed":"${CANARY}"}`]) {
    let thrown: unknown;
    try {
      rejectionOf({ item: 'prices#x', position: '1', rejection } as never);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'QUARANTINE_UNREADABLE' });
    expect(saidBy(thrown)).not.toContain(CANARY);
  }
});

it('a record that throws while it is read is refused without what it threw', async () => {
  const sink = dynamodbSink({ table: 'landing' });
  const throwing = {
    uuid: 'u',
    get value() {
      throw new Error(CANARY);
    },
  };
  const { refusals } = await write(sink, [throwing]);
  expect(refusals).toEqual([expect.objectContaining({ code: 'DYNAMODB_VALUE_UNSUPPORTED' })]);
  expect(saidBy(refusals[0])).not.toContain(CANARY);
});

it('keys are refused without what they hold', async () => {
  const sink = dynamodbSink({ table: 'landing', partitionKey: 'p', sortKey: 's' });
  const values = [
    { p: CANARY },
    { p: CANARY.repeat(300), s: 1 },
    { p: { [CANARY]: CANARY }, s: 1 },
    { p: CANARY, s: '' },
    { p: CANARY, s: 1, text: CANARY.repeat(50_000) },
  ];
  const { refusals } = await write(sink, values);
  expect(refusals).toHaveLength(values.length);
  for (const refusal of refusals) expect(saidBy(refusal)).not.toContain(CANARY);
  expect(isMillraceError(refusals[0])).toBe(false);
});
