import { Buffer } from 'node:buffer';
import { runRangeParser } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { parseParquet } from '../src/index.ts';
import { CODEC, ENCODING, handMade, type HandPage, int32s, pageBytes, run, texts, TYPE } from './hand-made.ts';

/*
 * Files as writers made them that have long been corrected. Those in base64 are of https://github.com/apache/parquet-testing,
 * commit 1a2a75127be06fc0123f03ebd36c966f7beda27d, under the Apache License 2.0.
 */

/** `data/hadoop_lz4_compressed.parquet`, by parquet-mr 1.10.1. */
const HADOOP_LZ4 = Buffer.from(
  'UEFSMRUEFSAVNEwVBBUEAAAAAAAQAAAAEvABwHr8XgAAAADBevxeAAAAABUAFQYVGCwVCBUEFQgVCBwYCMF6/F4AAAAAGAjAevxeAAAAABYAKAjB' +
    'evxeAAAAABgIwHr8XgAAAAAAAAAAAAADAAAABDABAwwVBBUcFS5MFQQVBAAAAAAADgAAAA/gAwAAAGFiYwMAAABkZWYVABUGFRgsFQgVBBUIFQgc' +
    'NgAoA2RlZhgDYWJjAAAAAAAAAwAAAAQwAQMKFQQVMBU8TBUGFQQAAAAAABgAAAAWEQABAEBFQM3MAQCgHkAAAAAAABBFQBUAFRQVJiwVCBUEFQYV' +
    'CBwYCAAAAAAAEEVAGAjNzMzMzMweQBYAKAgAAAAAABBFQBgIzczMzMzMHkAAAAAAAAAKAAAAC6ACAAAAAw8CA2QAFQIZTEgAFQYAFQQlABgCYzAA' +
    'FQwlABgCYzEAFQolAhgDdjExABYIGRwZPCYIHBUEGSUIBBkYAmMwFQoWCBa6ARbgASYIPBgIwXr8XgAAAAAYCMB6/F4AAAAAFgAoCMF6/F4AAAAA' +
    'GAjAevxeAAAAAAAZLBUEFQQVAgAVABUEFQIAAAAm6AEcFQwZJQgEGRgCYzEVChYIFnoWngEm6AE8NgAoA2RlZhgDYWJjABksFQQVBBUCABUAFQQV' +
    'AgAAACaGAxwVChk1CAQGGRgDdjExFQoWCBbYARb2ASaGAzwYCAAAAAAAEEVAGAjNzMzMzMweQBYAKAgAAAAAABBFQBgIzczMzMzMHkAAGSwVBBUE' +
    'FQIAFQAVBBUCAAAAFowEFggAKEpwYXJxdWV0LW1yIHZlcnNpb24gMS4xMC4xIChidWlsZCBhODlkZjhmOTkzMmI2ZWY2NjMzZDA2MDY5ZTUwYzli' +
    'Nzk3MGJlYmQxKRk8HAAAHAAAHAAAAHgBAABQQVIx',
  'base64',
);

/** `data/non_hadoop_lz4_compressed.parquet`, by parquet-cpp 1.5.1. */
const BARE_LZ4 = Buffer.from(
  'UEFSMRUEFSAVJEwVBBUEEgAA8AHAevxeAAAAAMF6/F4AAAAAFQAVEhUULBUIFQQVBhUGHBgIwXr8XgAAAAAYCMB6/F4AAAAAFgAoCMF6/F4AAAAA' +
    'GAjAevxeAAAAAAAAAJACAAAACAEBAwwm1gEcFQQZNQQABhkYAmMwFQoWCBbIARbOASZIJggcGAjBevxeAAAAABgIwHr8XgAAAAAWACgIwXr8XgAA' +
    'AAAYCMB6/F4AAAAAABksFQQVBBUCABUAFQQVAgAAABUEFRwVHkwVBBUEEgAA4AMAAABhYmMDAAAAZGVmFQAVEhUULBUIFQQVBhUGHDYAKANkZWYY' +
    'A2FiYwAAAJACAAAACAEBAwommgQcFQwZNQQABhkYAmMxFQoWCBaIARaMASbIAyaOAxw2ACgDZGVmGANhYmMAGSwVBBUEFQIAFQAVBBUCAAAAFQQV' +
    'MBUsTBUGFQQSAAARAAEAQEVAzcwBAKAeQAAAAAAAEEVAFQAVFBUWLBUIFQQVBhUGHBgIAAAAAAAQRUAYCM3MzMzMzB5AFgAoCAAAAAAAEEVAGAjN' +
    'zMzMzMweQAAAAKACAAAACAECA2QAJvIGHBUKGTUEAAYZGAN2MTEVChYIFtoBFtgBJuIFJpoFHBgIAAAAAAAQRUAYCM3MzMzMzB5AFgAoCAAAAAAA' +
    'EEVAGAjNzMzMzMweQAAZLBUEFQQVAgAVABUEFQIAAAAVAhlMNQAYBnNjaGVtYRUGABUEJQIYAmMwABUMJQIYAmMxABUKJQIYA3YxMQAWCBkcGTwm' +
    '1gEcFQQZNQQABhkYAmMwFQoWCBbIARbOASZIJggcGAjBevxeAAAAABgIwHr8XgAAAAAWACgIwXr8XgAAAAAYCMB6/F4AAAAAABksFQQVBBUCABUA' +
    'FQQVAgAAACaaBBwVDBk1BAAGGRgCYzEVChYIFogBFowBJsgDJo4DHDYAKANkZWYYA2FiYwAZLBUEFQQVAgAVABUEFQIAAAAm8gYcFQoZNQQABhkY' +
    'A3YxMRUKFggW2gEW2AEm4gUmmgUcGAgAAAAAABBFQBgIzczMzMzMHkAWACgIAAAAAAAQRUAYCM3MzMzMzB5AABksFQQVBBUCABUAFQQVAgAAABay' +
    'BBYIJtYBFrIEFAAAGRwYDEFSUk9XOnNjaGVtYRisAi8vLy8vOWdBQUFBUUFBQUFBQUFLQUF3QUJnQUZBQWdBQ2dBQUFBQUJBd0FNQUFBQUNBQUlB' +
    'QUFBQkFBSUFBQUFCQUFBQUFNQUFBQjBBQUFBT0FBQUFBUUFBQUNvLy8vL0FBQUJBeUFBQUFBVUFBQUFCQUFBQUFBQUFBQUFBQVlBQ0FBR0FBWUFB' +
    'QUFBQUFJQUF3QUFBSFl4TVFEWS8vLy9BQUFCQkJnQUFBQVFBQUFBQkFBQUFBQUFBQUFFQUFRQUJBQUFBQUlBQUFCak1RQUFFQUFVQUFnQUJnQUhB' +
    'QXdBQUFBUUFCQUFBQUFBQUFFQ0pBQUFBQlFBQUFBRUFBQUFBQUFBQUFnQURBQUlBQWNBQ0FBQUFBQUFBQUZBQUFBQUFnQUFBR013QUFBPQAYInBh' +
    'cnF1ZXQtY3BwIHZlcnNpb24gMS41LjEtU05BUFNIT1QZPBwAABwAABwAAACsAgAAUEFSMQ==',
  'base64',
);

/** `data/repeated_no_annotation.parquet`, by parquet-rs 0.3.0. */
const WITHOUT_A_COUNT = Buffer.from(
  'UEFSMRUEFTAVMEwVDBUAEgAAAQAAAAIAAAADAAAABAAAAAUAAAAGAAAAFQAVChUKLBUMFRAVBhUGAAADA4jGAiaAARwVAhklABAZGAJpZBUAFgwW' +
    'eBZ4JlQmCAAAFQQVQBVATBUIFQASAADjDCNLAQAAAMc1OkIAAAAAjmt0hAAAAABVoa7GAAAAABUAFSIVIiwVEBUQFQYVBgAAAgAAAAPAAwAAAAOQ' +
    'qgIDlAMm2gIcFQQZJQAQGTgMcGhvbmVOdW1iZXJzBXBob25lBm51bWJlchUAFhAWoAEWoAEmlgImugEAABUEFSQVJEwVBBUAEgAABAAAAGhvbWUG' +
    'AAAAbW9iaWxlFQAVIBUgLBUQFRAVBhUGAAACAAAAA8ADAAAAA5DvAQMEJswEHBUMGSUAEBk4DHBob25lTnVtYmVycwVwaG9uZQRraW5kFQAWEBaC' +
    'ARaCASaKBCbKAwAAFQIZbEgEdXNlchUEABUCJQAYAmlkADUCGAxwaG9uZU51bWJlcnMVAgA1BBgFcGhvbmUVBAAVBCUAGAZudW1iZXIAFQwlAhgE' +
    'a2luZCUAABYAGRwZPCaAARwVAhklABAZGAJpZBUAFgwWeBZ4JlQmCAAAJtoCHBUEGSUAEBk4DHBob25lTnVtYmVycwVwaG9uZQZudW1iZXIVABYQ' +
    'FqABFqABJpYCJroBAAAmzAQcFQwZJQAQGTgMcGhvbmVOdW1iZXJzBXBob25lBGtpbmQVABYQFoIBFoIBJooEJsoDAAAWmgMWDAAoSXBhcnF1ZXQt' +
    'cnMgdmVyc2lvbiAwLjMuMCAoYnVpbGQgYjQ1Y2U3Y2JhMjE5OWYyMmQ5MzI2OWMxNTBkOGE4MzkxNmM2OWI1ZSkAMgEAAFBBUjE=',
  'base64',
);

const valuesOf = async (file: Uint8Array): Promise<readonly unknown[]> =>
  (await runRangeParser(parseParquet({ binaryAsText: true }), file)).values;

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** One block of literals only. */
const block = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.of(bytes.length << 4), bytes]);

/** One of Hadoop's frames: what it decompresses to, and its blocks. */
const frame = (...blocks: readonly Uint8Array[]): Buffer =>
  Buffer.concat([
    uint32(blocks.reduce((sum, { length }) => sum + length, 0)),
    ...blocks.flatMap((bytes) => [uint32(block(bytes).length), block(bytes)]),
  ]);

describe('pages of the codec LZ4', () => {
  const rows = [
    { c0: 1593604800, c1: 'abc', v11: 42 },
    { c0: 1593604800, c1: 'def', v11: 7.7 },
    { c0: 1593604801, c1: 'abc', v11: 42.125 },
    { c0: 1593604801, c1: 'def', v11: 7.7 },
  ];
  const ofPage = (body: Uint8Array, full = 12) => {
    const pages: HandPage[] = [{ values: 3, body, declares: { full } }];
    return valuesOf(handMade([{ name: 'n', type: TYPE.INT32, codec: CODEC.LZ4, pages }], 3));
  };
  const numbers = [{ n: 1 }, { n: 2 }, { n: 3 }];

  it("are read as Hadoop's frames, and as bare blocks", async () => {
    expect(await valuesOf(HADOOP_LZ4)).toEqual(rows);
    expect(await valuesOf(BARE_LZ4)).toEqual(rows);
  });

  it.each([
    ['one frame', frame(int32s(1, 2, 3))],
    ['a frame of several blocks', frame(int32s(1), int32s(2, 3))],
    ['several frames', Buffer.concat([frame(int32s(1, 2)), frame(int32s(3))])],
    [
      'frames of which one has no content',
      Buffer.concat([frame(int32s(1)), uint32(0), uint32(0), frame(int32s(2, 3))]),
    ],
    ['a bare block', block(int32s(1, 2, 3))],
  ])('may be %s', async (_, body) => {
    expect(await ofPage(body)).toEqual(numbers);
  });

  it.each([
    ['less than was declared', frame(int32s(1, 2))],
    ['more than was declared', frame(int32s(1, 2, 3, 4))],
    ['a block that is cut short', frame(int32s(1, 2, 3)).subarray(0, -1)],
    ['a block beside its length', Buffer.concat([uint32(12), uint32(12), block(int32s(1, 2, 3))])],
    ['a length that is cut short', Buffer.concat([frame(int32s(1, 2, 3)), Buffer.of(0, 0)])],
    ['a block of nothing in a frame of something', Buffer.concat([uint32(12), uint32(1), Buffer.of(0)])],
  ])('are refused if they are neither: %s', async (_, body) => {
    await expect(ofPage(body)).rejects.toMatchObject({ code: 'PARQUET_INVALID' });
  });
});

describe('a dictionary whose header is not counted', () => {
  const dictionary = { kind: 'dictionary', values: 2, body: texts('hub', 'yoke') } as const;
  // The width of the positions comes first.
  const data = { values: 3, encoding: ENCODING.DICTIONARY, body: Buffer.concat([Buffer.of(1), run(3, 1)]) };
  const header = pageBytes(dictionary, CODEC.UNCOMPRESSED).length - dictionary.body.length;
  const whole = pageBytes(dictionary, CODEC.UNCOMPRESSED).length + pageBytes(data, CODEC.UNCOMPRESSED).length;
  const fileBy = (createdBy: string, counted: number) => {
    const meta = { 7: BigInt(counted) };
    const columns = [
      { name: 'bin', type: TYPE.BYTE_ARRAY, pages: [dictionary, data], meta },
      { name: 'parts', type: TYPE.INT32, pages: [{ values: 3, body: int32s(1, 2, 3) }] },
    ];
    return handMade(columns, 3, { 6: createdBy });
  };
  const rows = [1, 2, 3].map((parts) => ({ bin: 'yoke', parts }));

  it.each([
    'parquet-mr',
    'parquet-mr version 1.2.8',
    'parquet-mr version 1.1.12 (build 1)',
    'parquet-mr version 0.9.9',
  ])('is read if %s wrote it', async (createdBy) => {
    expect(await valuesOf(fileBy(createdBy, whole - header))).toEqual(rows);
  });

  it.each(['parquet-mr version 1.2.9', 'parquet-mr version 1.10.0', 'parquet-mr version 2.0.0', 'parquet-cpp', ''])(
    'is damage if "%s" wrote it, which counts it',
    async (createdBy) => {
      expect(await valuesOf(fileBy(createdBy, whole))).toEqual(rows);
      await expect(valuesOf(fileBy(createdBy, whole - header))).rejects.toMatchObject({ code: 'PARQUET_INVALID' });
    },
  );

  it('extends no column into the footer', async () => {
    const pages = [dictionary, { ...data, declares: { compressed: data.body.length + 1 } }];
    const meta = { 7: BigInt(whole - header + 1) };
    const file = handMade([{ name: 'bin', type: TYPE.BYTE_ARRAY, pages, meta }], 3, { 6: 'parquet-mr' });
    await expect(valuesOf(file)).rejects.toMatchObject({ code: 'PARQUET_INVALID' });
  });
});

it('a file that declares no rows, and has some, is read by its row groups', async () => {
  const values = await valuesOf(WITHOUT_A_COUNT);
  expect(values).toHaveLength(6);
  expect(values[0]).toEqual({ id: 1, phoneNumbers: null });
  const wrong = handMade([{ name: 'n', type: TYPE.INT32, pages: [{ values: 1, body: int32s(1) }] }], 1, { 3: 2n });
  await expect(valuesOf(wrong)).rejects.toMatchObject({ code: 'PARQUET_INVALID' });
});

describe('a column whose schema does not say whether its values are optional', () => {
  it('has a value in each row, as fastparquet 2026 writes it', async () => {
    const pages = [{ values: 3, body: int32s(1, 2, 3) }];
    const file = handMade([{ name: 'n', type: TYPE.INT32, schema: { 3: undefined }, pages }], 3);
    const { values } = await runRangeParser(parseParquet(), file);
    expect(values).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });
});
