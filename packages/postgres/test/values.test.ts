import { randomUUID } from 'node:crypto';
import { decimal } from '@millrace/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresSink, type PostgresSinkOptions } from '../src/index.ts';
import { countingContext, entriesOf } from './support/entries.ts';
import { servers, START_MS, type TestServer } from './support/servers.ts';

describe.each(servers)('values on $name', ({ start }) => {
  let server: TestServer;
  let table: string;
  beforeAll(async () => {
    server = await start();
    table = `values_${randomUUID()}`;
    await server.direct.query(`CREATE TABLE "${table}" (
      id text PRIMARY KEY, plain text, short varchar(3), padded char(2), whole integer, big bigint, exact numeric,
      cents numeric(6, 2), double float8, flag boolean, at timestamptz, local timestamp, day date, raw bytea,
      doc jsonb, kept json, tags text[], grid integer[], docs jsonb[], raws bytea[], code uuid, bits bit(3), span interval)`);
  }, START_MS);
  afterAll(async () => {
    await server.direct.query(`DROP TABLE "${table}"`);
    await server.stop();
  });

  /** Writes records and answers refusals by position, and what the table then says of each, as text. */
  async function written(values: readonly object[], options: Partial<PostgresSinkOptions<'id'>> = {}) {
    const sink = postgresSink({ client: server.direct, table, key: 'id', ...options });
    const refusals = (await sink.write(entriesOf(values), countingContext())) ?? [];
    return refusals.map(({ position, code, message, details }) => ({ position, code, message, details }));
  }
  async function stored(id: string, expression: string): Promise<unknown> {
    const { rows } = await server.direct.query(`SELECT (${expression})::text AS it FROM "${table}" WHERE id = $1`, [
      id,
    ]);
    return (rows[0] as { readonly it: unknown } | undefined)?.it;
  }
  async function roundTrip(record: Readonly<Record<string, unknown>>, expression: string): Promise<unknown> {
    const id = randomUUID();
    expect(await written([{ id, ...record }])).toEqual([]);
    return stored(id, expression);
  }
  async function refusal(record: Readonly<Record<string, unknown>>, options = {}) {
    const id = randomUUID();
    const [first] = await written([{ id, ...record }], options);
    expect(await stored(id, 'id')).toBeUndefined();
    return first?.code;
  }

  it.each<readonly [column: string, value: unknown, stored: string | null]>([
    ['plain', 'a "b" \\ {c}, NULL', 'a "b" \\ {c}, NULL'],
    ['plain', 'NULL', 'NULL'],
    ['plain', '', ''],
    ['plain', ' \t\r\n', ' \t\r\n'],
    ['plain', 'größe 😀', 'größe 😀'],
    ['plain', 12.5, '12.5'],
    ['plain', true, 'true'],
    ['plain', null, null],
    ['plain', undefined, null],
    ['whole', -0, '0'],
    ['whole', 2_147_483_647, '2147483647'],
    ['big', 9_223_372_036_854_775_807n, '9223372036854775807'],
    ['exact', 123_456_789_012_345_678_901_234_567_890n, '123456789012345678901234567890'],
    ['exact', '0.10000000000000000000000000001', '0.10000000000000000000000000001'],
    ['exact', 0.1, '0.1'],
    ['exact', decimal('-0.10000000000000000000000000010'), '-0.10000000000000000000000000010'],
    ['doc', { a: [decimal('1.50'), decimal('12345678901234567890.1')] }, '{"a": [1.50, 12345678901234567890.1]}'],
    ['exact', 1e-7, '0.0000001'],
    ['exact', Number.NaN, 'NaN'],
    ['double', 1e300, '1e+300'],
    ['double', -0, '-0'],
    ['double', Number.NEGATIVE_INFINITY, '-Infinity'],
    ['flag', false, 'false'],
    ['code', '0E37DF36-F698-11E6-8DD4-CB9CED3DF976', '0e37df36-f698-11e6-8dd4-cb9ced3df976'],
    ['span', '1 day 02:00', '1 day 02:00:00'],
    ['bits', '101', '101'],
    ['short', 'abc', 'abc'],
    ['tags', ['a', 'NULL', null, '', 'b "c" \\ ,{}'], '{a,"NULL",NULL,"","b \\"c\\" \\\\ ,{}"}'],
    ['tags', [], '{}'],
    [
      'grid',
      [
        [1, 2],
        [3, 4],
      ],
      '{{1,2},{3,4}}',
    ],
    ['raw', new Uint8Array([0, 1, 255]), '\\x0001ff'],
    ['raw', Buffer.from('xyz').subarray(1), '\\x797a'],
    ['raw', new Uint8Array([7, 8]).buffer, '\\x0708'],
    ['raws', [new Uint8Array([1]), null], '{"\\\\x01",NULL}'],
    ['day', new Date('2026-02-03T23:00:00Z'), '2026-02-03'],
    ['local', new Date('2026-02-03T23:00:00.120Z'), '2026-02-03 23:00:00.12'],
  ])('%s holds %o', async (column, value, expected) => {
    expect(await roundTrip({ [column]: value }, column)).toBe(expected);
  });

  it('keeps instants, far ones too', async () => {
    const instants = [
      '2026-01-02T03:04:05.678Z',
      '+012026-01-02T03:04:05.000Z',
      '0044-03-15T12:00:00.000Z',
      '-000043-03-15T12:00:00.000Z',
    ];
    for (const instant of instants) {
      const at = new Date(instant);
      expect(await roundTrip({ at }, 'extract(epoch from at) * 1000'), instant).toMatch(
        new RegExp(`^${at.getTime()}(\\.0*)?$`),
      );
    }
    expect(await refusal({ at: new Date(Number.NaN) })).toBe('POSTGRES_VALUE_UNSUPPORTED');
  });

  it('keeps JSON with all digits, and text as JSON text', async () => {
    expect(
      await roundTrip({ doc: { n: 12_345_678_901_234_567_890n, u: undefined, d: new Date(0), a: [1.5, null] } }, 'doc'),
    ).toBe('{"a": [1.5, null], "d": "1970-01-01T00:00:00.000Z", "n": 12345678901234567890}');
    expect(await roundTrip({ doc: '{"a":1}' }, "jsonb_typeof(doc) || (doc #>> '{}')")).toBe('string{"a":1}');
    expect(await roundTrip({ kept: { b: 1, a: 'x\n"' } }, 'kept')).toBe('{"b":1,"a":"x\\n\\""}');
    expect(await roundTrip({ docs: [{ a: [1] }, [2], 'x'] }, 'docs')).toBe('{"{\\"a\\": [1]}",[2],"\\"x\\""}');
    expect(await roundTrip({ doc: null }, 'doc IS NULL')).toBe('true');
  });

  it('holds any text and any JSON', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((one) => !one.includes('\0'));
    const json = fc
      .jsonValue({ maxDepth: 3, noUnicodeString: false })
      .filter(
        (one) =>
          !JSON.stringify(one).includes('\\u0000') &&
          JSON.stringify(one).isWellFormed() &&
          !/\\ud[89a-f]/i.test(JSON.stringify(one)),
      );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ plain: text, tags: fc.array(text, { maxLength: 4 }), doc: json }), {
          minLength: 1,
          maxLength: 20,
        }),
        async (records) => {
          const rows = records.map((record) => ({ id: randomUUID(), ...record }));
          expect(await written(rows, { inexactNumbers: 'write' })).toEqual([]);
          for (const { id, plain, tags, doc } of rows) {
            expect(await stored(id, 'plain')).toBe(plain);
            expect(JSON.parse((await stored(id, 'to_json(tags)')) as string)).toEqual(tags);
            const parsed = await stored(id, 'doc');
            // PostgreSQL knows no minus zero in JSON.
            if (doc !== null) expect(JSON.parse(parsed as string)).toEqual(JSON.parse(JSON.stringify(doc)));
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it.each<readonly [column: string, value: unknown, code: string]>([
    ['plain', 'a\0b', 'POSTGRES_TEXT_NUL'],
    ['doc', { a: ['a\0b'] }, 'POSTGRES_TEXT_NUL'],
    ['doc', { 'a\0b': 1 }, 'POSTGRES_TEXT_NUL'],
    ['tags', ['a\0'], 'POSTGRES_TEXT_NUL'],
    ['plain', '\ud800', 'POSTGRES_TEXT_INVALID'],
    ['doc', '\udc00', 'POSTGRES_TEXT_INVALID'],
    ['exact', 2 ** 53, 'POSTGRES_NUMBER_INEXACT'],
    ['doc', [1e21], 'POSTGRES_NUMBER_INEXACT'],
    ['plain', {}, 'POSTGRES_VALUE_UNSUPPORTED'],
    ['plain', ['a'], 'POSTGRES_VALUE_UNSUPPORTED'],
    ['plain', new Map(), 'POSTGRES_VALUE_UNSUPPORTED'],
    ['plain', () => 1, 'POSTGRES_VALUE_UNSUPPORTED'],
    ['plain', new Uint8Array(1), 'POSTGRES_VALUE_UNSUPPORTED'],
    ['raw', '\\x00', 'POSTGRES_VALUE_UNSUPPORTED'],
    ['tags', '{a}', 'POSTGRES_VALUE_UNSUPPORTED'],
    ['grid', [1, [2]], 'POSTGRES_VALUE_UNSUPPORTED'],
    ['doc', { a: Number.NaN }, 'POSTGRES_VALUE_UNSUPPORTED'],
    ['doc', [undefined], 'POSTGRES_VALUE_UNSUPPORTED'],
    ['doc', { a: new Set([1]) }, 'POSTGRES_VALUE_UNSUPPORTED'],
    ['doc', { a: Symbol('a') }, 'POSTGRES_VALUE_UNSUPPORTED'],
    ['whole', 2_147_483_648, 'POSTGRES_ROW_REFUSED'],
    ['whole', 1.5, 'POSTGRES_ROW_REFUSED'],
    ['short', 'abcd', 'POSTGRES_ROW_REFUSED'],
    ['padded', 'abc', 'POSTGRES_ROW_REFUSED'],
    ['bits', '1011', 'POSTGRES_ROW_REFUSED'],
    ['cents', 12_345.5, 'POSTGRES_ROW_REFUSED'],
    ['day', 'the day after', 'POSTGRES_ROW_REFUSED'],
    ['grid', [[1], [2, 3]], 'POSTGRES_ROW_REFUSED'],
    ['colour', 'red', 'POSTGRES_COLUMN_UNKNOWN'],
  ])('%s refuses %o with %s', async (column, value, code) => {
    expect(await refusal({ [column]: value })).toBe(code);
  });

  it('refuses circles instead of ending', async () => {
    const circle: Record<string, unknown> = {};
    circle['own'] = circle;
    expect(await refusal({ doc: circle })).toBe('POSTGRES_VALUE_UNSUPPORTED');
  });

  it('says which column and why', async () => {
    const [own] = await written([{ id: 'x', plain: '\0' }]);
    expect(own).toMatchObject({ message: expect.stringContaining('"plain"') as string, details: { column: 'plain' } });
    const [theirs] = await written([{ id: 'x', whole: 'many' }]);
    expect(theirs?.details).toMatchObject({ sqlState: '22P02' });
  });

  it('writes inexact numbers where it is told to', async () => {
    expect(await written([{ id: 'inexact', exact: 2 ** 60, doc: 2 ** 60 }], { inexactNumbers: 'write' })).toEqual([]);
    expect(await stored('inexact', "exact || ' ' || doc")).toBe('1152921504606847000 1152921504606847000');
  });

  it('refuses what is no object, or has no key', async () => {
    expect(await written([{ plain: 'x' }, { id: null }, 5 as never, [1], null as never])).toMatchObject([
      { position: 0, code: 'POSTGRES_KEY_MISSING' },
      { position: 1, code: 'POSTGRES_KEY_MISSING' },
      { position: 2, code: 'POSTGRES_RECORD_NOT_OBJECT' },
      { position: 3, code: 'POSTGRES_RECORD_NOT_OBJECT' },
      { position: 4, code: 'POSTGRES_RECORD_NOT_OBJECT' },
    ]);
  });
});
