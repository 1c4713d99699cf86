import { Buffer } from 'node:buffer';
import { isMillraceError } from '@millrace/core';
import { runRangeParser } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { parseParquet } from '../src/index.ts';
import { CODEC, handMade, int32s, TYPE } from './hand-made.ts';

/** By Arrow for C++, version 26: two rows, a row group without any, and the two again. */
const WITH_EMPTY_GROUP = Buffer.from(
  'UEFSMRUAFSQVKCwVBBUAFQYVBhwAAAASRAIAAAAEAQIAAABIMQIAAABZMRUAFSwVMCwVBBUAFQYVBhwAAAAWVAIAAAAEAQwAAAAAAAAAHgAAAAAA' +
    'AAAVABUkFSgsFQQVABUGFQYcAAAAEkQCAAAABAECAAAASDECAAAAWTEVABUsFTAsFQQVABUGFQYcAAAAFlQCAAAABAEMAAAAAAAAAB4AAAAAAAAA' +
    'FQQZPDUAGAZzY2hlbWEVBAAVDCUCGANiaW4lAEwcAAAAFQQlAhgFcGFydHMAFggZPBksJgAcFQwZJQYAGRgDYmluFQIWBBZKFk4mCEkcFQAVABUC' +
    'ADwWCBkGGSYABAAAACYAHBUEGSUGABkYBXBhcnRzFQIWBBZSFlYmVkkcFQAVABUCADwpBhkmAAQAAAAWnAEWBCYIFqQBABksJgAcFQwZFQYZGANi' +
    'aW4VAhYAFgAWACYASQwAACYAHBUEGRUGGRgFcGFydHMVAhYAFgAWACYASQwAABYAFgAmABYAABksJgAcFQwZJQYAGRgDYmluFQIWBBZKFk4mrAFJ' +
    'HBUAFQAVAgA8FggZBhkmAAQAAAAmABwVBBklBgAZGAVwYXJ0cxUCFgQWUhZWJvoBSRwVABUAFQIAPCkGGSYABAAAABacARYEJqwBFqQBACggcGFy' +
    'cXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZLBwAABwAAAB2AQAAUEFSMQ==',
  'base64',
);

/** By the same: neither rows nor columns. */
const WITHOUT_COLUMNS = Buffer.from(
  'UEFSMRUEGRw1ABgGc2NoZW1hFQAAFgAZHBkMFgAWACYAFgAAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRkMAEUAAABQQVIx',
  'base64',
);

describe('a page of version 2', () => {
  const body = int32s(...Array.from({ length: 100 }, () => 7));
  const fileWith = (codec: number, flag?: boolean) => {
    const pages = [{ kind: 'v2', values: 100, body, levels: [Buffer.of(), Buffer.of()], flag } as const];
    return handMade([{ name: 'n', type: TYPE.INT32, codec, pages }], 100);
  };

  it('is read if it is compressed, whatever its flag says', async () => {
    for (const flag of [undefined, true, false]) {
      const { values } = await runRangeParser(parseParquet(), fileWith(CODEC.GZIP, flag));
      expect(values).toEqual(Array.from({ length: 100 }, () => ({ n: 7 })));
    }
  });

  it('is read as it is if it is flagged so, and has the length that it declares', async () => {
    // These bytes are no Snappy.
    const { values } = await runRangeParser(parseParquet(), fileWith(CODEC.SNAPPY, false));
    expect(values).toHaveLength(100);
    await expect(runRangeParser(parseParquet(), fileWith(CODEC.SNAPPY, true))).rejects.toMatchObject({
      code: 'PARQUET_INVALID',
    });
  });
});

describe('a file with parts that are empty', () => {
  it('is read if a row group has no rows', async () => {
    const { values, rejections } = await runRangeParser(parseParquet(), WITH_EMPTY_GROUP);
    const rows = [
      { bin: 'H1', parts: 12 },
      { bin: 'Y1', parts: 30 },
    ];
    expect(values).toEqual([...rows, ...rows]);
    expect(rejections).toEqual([]);
  });

  it('has no records if it has neither rows nor columns', async () => {
    const { values, rejections } = await runRangeParser(parseParquet(), WITHOUT_COLUMNS);
    expect({ values, rejections }).toEqual({ values: [], rejections: [] });
  });

  it('has no records if it has a thousand columns and no rows: its footer is little but small structs', async () => {
    const names = Array.from({ length: 1000 }, (_, index) => `c${index}`);
    const texts = names.map((name) => ({ name, type: TYPE.BYTE_ARRAY, schema: { 6: 0, 10: { 1: {} } }, pages: [] }));
    const orders = names.map(() => ({ 1: {} }));
    const { values } = await runRangeParser(parseParquet(), handMade(texts, 0, { 4: [], 7: orders }));
    expect(values).toEqual([]);
    const bomb = handMade([], 0, { 7: Array.from({ length: 1000 }, () => ({})) });
    await expect(runRangeParser(parseParquet(), bomb)).rejects.toMatchObject({ code: 'PARQUET_INVALID' });
  });

  it('is refused for what it is if it has rows, but no columns', async () => {
    const error: unknown = await runRangeParser(parseParquet(), handMade([], 3)).catch((thrown: unknown) => thrown);
    if (!isMillraceError(error)) throw new Error('it must fail', { cause: error });
    expect(error.code).toBe('PARQUET_UNSUPPORTED');
    expect(error.message).toContain('no columns');
    expect(error.message).not.toMatch(/damaged|cut short/);
  });

  it('is damaged if a group of its schema has no fields', async () => {
    const footer = {
      2: [
        { 4: 'root', 5: 1 },
        { 3: 1, 4: 'inner', 5: 0 },
      ],
    };
    const error: unknown = await runRangeParser(parseParquet(), handMade([], 0, footer)).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'PARQUET_INVALID' });
  });
});
