import { gzipSync } from 'node:zlib';
import { runDecoder } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { decompress, gunzip } from '../src/index.ts';
import { drive, driveBoth, ENGINES, start } from './drive.ts';
import { bomb, cut, member, records } from './gzip-file.ts';

const MIB = 1024 * 1024;

describe('maxOutputBytes', () => {
  it('lets an item of exactly that size pass, and refuses one byte more, over all members', async () => {
    const payload = Buffer.from(records(3000));
    const file = Buffer.concat([member(payload.subarray(0, 1000)), member(payload.subarray(1000))]);
    for (const size of [100, file.length]) {
      const exact = await driveBoth({ maxOutputBytes: payload.length }, cut(file, size));
      expect(exact.output.equals(payload)).toBe(true);
      const { error, output } = await driveBoth({ maxOutputBytes: payload.length - 1 }, cut(file, size));
      expect(error).toMatchObject({ code: 'GZIP_TOO_LARGE', details: { maxOutputBytes: payload.length - 1 } });
      expect(output.length).toBeLessThan(payload.length);
    }
  });

  it('never hands on more than it allows', async () => {
    const { code, output } = await driveBoth({ maxOutputBytes: 3 * MIB }, [bomb(10)]);
    expect(code).toBe('GZIP_TOO_LARGE');
    expect(output.length).toBeLessThanOrEqual(3 * MIB);
  });
});

describe('maxRatio', { timeout: 60_000 }, () => {
  it('stops a bomb soon behind the floor by default', async () => {
    for (const chunks of [[bomb(100)], cut(bomb(100), 5000)]) {
      const { error, output } = await driveBoth({}, chunks);
      expect(error).toMatchObject({
        code: 'GZIP_RATIO_EXCEEDED',
        details: { maxRatio: 200, ratioFloorBytes: 64 * MIB },
      });
      expect(output.length).toBeLessThanOrEqual(64 * MIB);
    }
  });

  it('is judged by all bytes received, exactly, and only behind the floor', async () => {
    const payload = Buffer.alloc(100_000, 'ab');
    const file = gzipSync(payload);
    const ratio = payload.length / file.length;
    const judged = async (maxRatio: number, ratioFloorBytes: number): Promise<string> =>
      (await driveBoth({ maxRatio, ratioFloorBytes }, [file])).code;
    expect(await judged(ratio * 1.0001, 0)).toBe('OK');
    expect(await judged(ratio * 0.9999, 0)).toBe('GZIP_RATIO_EXCEEDED');
    expect(await judged(1, payload.length)).toBe('OK');
    expect(await judged(1, payload.length - 1)).toBe('GZIP_RATIO_EXCEEDED');
  });

  it('is off from 1032 on', async () => {
    const file = gzipSync(Buffer.alloc(5 * MIB));
    expect(await driveBoth({ maxRatio: 1032, ratioFloorBytes: 0 }, [file])).toMatchObject({ code: 'OK' });
  });

  it('leaves the lower limit to speak where one output passes both', async () => {
    const file = gzipSync(Buffer.alloc(200_000));
    const low = { ratioFloorBytes: 1000, maxRatio: 1 };
    expect(await driveBoth({ ...low, maxOutputBytes: 999 }, [file])).toMatchObject({ code: 'GZIP_TOO_LARGE' });
    expect(await driveBoth({ ...low, maxOutputBytes: 1001 }, [file])).toMatchObject({ code: 'GZIP_RATIO_EXCEEDED' });
  });
});

describe('maxHeaderBytes', () => {
  it('lets a header of exactly that size pass, and refuses one byte more, in any member and field', async () => {
    for (const extra of [{ fileName: 'x'.repeat(60) }, { comment: 'x'.repeat(60) }, { extra: Buffer.alloc(59) }]) {
      const file = Buffer.concat([member(Buffer.from('a')), member(Buffer.from('b'), { ...extra, headerCrc: true })]);
      for (const size of [1, 1000]) {
        expect((await driveBoth({ maxHeaderBytes: 73 }, cut(file, size))).output.toString()).toBe('ab');
        const { error } = await driveBoth({ maxHeaderBytes: 72 }, cut(file, size));
        expect(error).toMatchObject({ code: 'GZIP_HEADER_TOO_LONG', details: { member: 2, maxHeaderBytes: 72 } });
      }
    }
  });

  it('stops a header without an end by default, with decompress as well', async () => {
    const endless = [Buffer.from('1f8b0808000000000003', 'hex'), Buffer.alloc(140_000, 97)];
    expect((await driveBoth({}, endless)).code).toBe('GZIP_HEADER_TOO_LONG');
    await expect(runDecoder(decompress(), endless)).rejects.toMatchObject({ code: 'COMPRESSION_HEADER_TOO_LONG' });
    const large = member(Buffer.from('a'), { extra: Buffer.alloc(65_535), fileName: 'x'.repeat(60_000) });
    expect((await driveBoth({}, [large])).output.toString()).toBe('a');
  });
});

describe.each(ENGINES)('expansion with engine %s', (engine) => {
  it('is lazy: what lies ahead is not looked at before it is asked for', async () => {
    // The end is wrong, but the outputs before it come without any error, one by one.
    const stage = start({ engine, maxRatio: 2000 });
    const outputs = stage.push(bomb(30))[Symbol.asyncIterator]();
    for (let n = 0; n < 50; n++) expect((await outputs.next()).value?.length).toBeGreaterThan(0);
    stage.close();
    expect((await drive({ engine, maxRatio: 2000 }, [bomb(30)])).code).toBe('GZIP_CHECKSUM');
  });
});

describe('options', () => {
  it.each<[Parameters<typeof gunzip>[0]]>([
    [{ maxOutputBytes: 0 }],
    [{ maxOutputBytes: 1.5 }],
    [{ maxRatio: 0.5 }],
    [{ maxRatio: Number.NaN }],
    [{ ratioFloorBytes: -1 }],
    [{ maxHeaderBytes: 9 }],
    [{ engine: 'zlib' as 'auto' }],
  ])('are checked when the codec is made: %o', (options) => {
    expect(() => gunzip(options)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });

  it('must be known', () => {
    expect(() => gunzip({ maxRation: 3 } as object)).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
  });
});

describe('maxEmptyMembers', () => {
  const empty = member(Buffer.alloc(0));
  const one = member(Buffer.from('x'));
  const of = (file: Buffer, count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => file));

  it('lets so many pass, wherever they are, and refuses one more', async () => {
    for (const size of [1, 7, 100_000]) {
      const file = Buffer.concat([of(empty, 3), one, of(empty, 2)]);
      expect(await driveBoth({ maxEmptyMembers: 5 }, cut(file, size))).toMatchObject({
        code: 'OK',
        output: Buffer.from('x'),
      });
      const { error } = await driveBoth({ maxEmptyMembers: 4 }, cut(file, size));
      expect(error).toMatchObject({ code: 'GZIP_EMPTY_MEMBERS', details: { maxEmptyMembers: 4, member: 6 } });
    }
    expect(await driveBoth({ maxEmptyMembers: 0 }, [of(one, 3)])).toMatchObject({ code: 'OK' });
  });

  it('has a default, also in decompress', async () => {
    const file = of(empty, 10_001);
    expect((await drive({}, [file])).code).toBe('GZIP_EMPTY_MEMBERS');
    await expect(runDecoder(decompress(), [file])).rejects.toMatchObject({ code: 'COMPRESSION_EMPTY_MEMBERS' });
  });
});

describe('members of a byte each', () => {
  it('give chunks that are worth their while, and let timers and signals have their turn', async () => {
    const count = 5000;
    const file = Buffer.concat(Array.from({ length: count }, () => member(Buffer.from('x'))));
    const stage = start();
    const sizes: number[] = [];
    let turns = 0;
    const tick = (): void => {
      turns += 1;
      timer = setImmediate(tick);
    };
    let timer = setImmediate(tick);
    for await (const output of stage.push(file)) sizes.push(output.length);
    clearImmediate(timer);
    expect(sizes).toEqual([count]);
    expect(turns).toBeGreaterThanOrEqual(10);
    const pieces: number[] = [];
    const again = start();
    for (const chunk of cut(file, 1000)) for await (const output of again.push(chunk)) pieces.push(output.length);
    expect(pieces.reduce((sum, size) => sum + size, 0)).toBe(count);
    expect(pieces.length).toBeLessThanOrEqual(Math.ceil(file.length / 1000));
  });
});
