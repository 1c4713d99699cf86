import { setImmediate, setTimeout } from 'node:timers/promises';
import { gzipSync, type InflateRaw } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { gunzip } from '../src/index.ts';
import { type ByteStage, drive, ENGINES, start } from './drive.ts';
import { bomb, cut, member, records } from './gzip-file.ts';

const zlib = process.getBuiltinModule('node:zlib');

afterEach(() => {
  vi.restoreAllMocks();
});

/** The zlib streams that are opened from now on. */
function openedStreams(): InflateRaw[] {
  const streams: InflateRaw[] = [];
  const create = zlib.createInflateRaw;
  vi.spyOn(zlib, 'createInflateRaw').mockImplementation((options) => {
    const stream = create(options);
    streams.push(stream);
    return stream;
  });
  return streams;
}

function pull(stage: ByteStage, input: Uint8Array): AsyncIterator<Uint8Array> {
  return stage.push(input)[Symbol.asyncIterator]();
}

describe.each(ENGINES)('a stage with engine %s', (engine) => {
  it('closes at any time: unused, midway, while an output is awaited, after an error, after the end', async () => {
    const file = bomb(4);
    start({ engine }).close();

    const midway = start({ engine });
    expect((await pull(midway, file).next()).done).toBe(false);
    midway.close();

    const awaited = start({ engine });
    const outputs = pull(awaited, file);
    const pending = outputs.next();
    awaited.close();
    await pending; // It settles: an output that was ready, or the end.
    await expect(outputs.next()).resolves.toMatchObject({ done: true });

    expect((await drive({ engine }, [bomb(4).subarray(0, 10), Buffer.alloc(4000, 255)])).code).toBe('GZIP_CORRUPT');
    expect((await drive({ engine }, [member(Buffer.from('x'))])).code).toBe('OK');
  });

  it('goes no further once it is closed', async () => {
    const stage = start({ engine });
    const outputs = pull(stage, Buffer.concat([bomb(8), member(Buffer.from('x'))]));
    await outputs.next();
    stage.close();
    const rest: unknown[] = [];
    for (let next = await outputs.next(); next.done !== true; next = await outputs.next()) rest.push(next.value);
    expect(rest.length).toBeLessThanOrEqual(1);
  });

  it('shares nothing with another item of the same codec', async () => {
    const codec = gunzip({ engine });
    const texts = [records(3000), records(5000).toUpperCase()].map((text) => Buffer.from(text));
    const stages = texts.map(() => codec.start({} as never) as ByteStage);
    const outputs: Uint8Array[][] = [[], []];
    const chunks = texts.map((text) => cut(member(text), 997));
    for (let n = 0; n < Math.max(...chunks.map(({ length }) => length)); n++) {
      await Promise.all(
        stages.map(async (stage, which) => {
          const chunk = chunks[which]![n];
          if (chunk === undefined) return;
          for await (const output of stage.push(chunk)) outputs[which]!.push(output);
        }),
      );
    }
    for (const [which, stage] of stages.entries()) {
      expect([...stage.end()]).toEqual([]);
      stage.close();
      expect(Buffer.concat(outputs[which]!).equals(texts[which]!)).toBe(true);
    }
  });

  it('is not affected by what became of the item before', async () => {
    const codec = { engine };
    for (let n = 0; n < 20; n++) {
      expect((await drive(codec, [member(Buffer.from('good')).subarray(0, 15)])).code).toBe('GZIP_TRUNCATED');
      expect(await drive(codec, [member(Buffer.from('good'))])).toMatchObject({ output: Buffer.from('good') });
    }
  });
});

describe('the native engine', () => {
  it('frees each stream it opened, however the item ended', async () => {
    const streams = openedStreams();
    const large = member(Buffer.from(records(30_000)));
    const wrongEnd = Buffer.from(large);
    wrongEnd[wrongEnd.length - 20]! ^= 255;
    await drive({ engine: 'native' }, cut(Buffer.concat([large, large, large]), 10_000));
    await drive({ engine: 'native' }, [large.subarray(0, 5000)]);
    await drive({ engine: 'native' }, [wrongEnd]);
    await drive({ engine: 'native', maxOutputBytes: 1 }, [large]);
    for (let n = 0; n < 20; n++) {
      const stage = start({ engine: 'native' });
      const outputs = pull(stage, large);
      await outputs.next();
      const pending = outputs.next();
      stage.close();
      await pending;
    }
    await setImmediate();
    expect(streams.length).toBeGreaterThanOrEqual(26);
    expect(streams.filter((stream) => !stream.closed)).toEqual([]);
  });

  it('computes one output ahead while the consumer works, and no more', async () => {
    const [stream] = [openedStreams()];
    const stage = start({ engine: 'native', maxRatio: 2000 });
    const file = bomb(16);
    const outputs = pull(stage, file);
    await outputs.next();
    await vi.waitFor(() => expect(stream[0]?.readableLength).toBe(256 * 1024));
    await setTimeout(30);
    expect(stream[0]?.readableLength).toBe(256 * 1024);
    expect(stream[0]?.bytesWritten).toBeLessThan(1000);
    stage.close();
  });
});

describe('the engine', () => {
  it('is node:zlib by default where there is one', async () => {
    const streams = openedStreams();
    await drive({}, [member(Buffer.from(records(30_000)))]);
    expect(streams.length).toBe(1);
  });

  it('is fflate where no node:zlib exists', async () => {
    const without = [undefined, { gunzip: zlib.gunzip }];
    for (const found of without) {
      vi.spyOn(process, 'getBuiltinModule').mockReturnValue(found as never);
      const payload = Buffer.from(records(1000));
      expect(await drive({}, cut(member(payload), 1000))).toMatchObject({ code: 'OK', output: payload });
      expect(() => gunzip({ engine: 'native' })).toThrow(expect.objectContaining({ code: 'GZIP_ENGINE_UNAVAILABLE' }));
    }
  });

  it('is fflate where there is no process at all', async () => {
    vi.stubGlobal('process', undefined);
    const codec = gunzip();
    vi.unstubAllGlobals();
    const streams = openedStreams();
    const stage = codec.start({} as never) as ByteStage;
    expect((await pull(stage, bomb(1)).next()).done).toBe(false);
    expect(streams).toEqual([]);
  });

  it('is not touched on request for fflate', async () => {
    const asked = vi.spyOn(process, 'getBuiltinModule');
    await drive({ engine: 'fflate' }, [member(Buffer.from('x'))]);
    expect(asked).not.toHaveBeenCalledWith('node:zlib');
  });
});

describe('a small file', () => {
  it('that comes in one piece opens no zlib stream', async () => {
    const streams = openedStreams();
    const text = Buffer.from(records(100));
    expect(await drive({ engine: 'native' }, [member(text)])).toMatchObject({ code: 'OK', output: text });
    expect(streams).toHaveLength(0);
  });

  it('is not confused with the start of a large one whose first piece ends like it', async () => {
    // Stored blocks of zeros: whatever their first piece ends with looks like the length of an empty member.
    const zeros = Buffer.alloc(600_000);
    const file = gzipSync(zeros, { level: 0 });
    for (const size of [30, 5000, 65_536]) {
      expect(await drive({ engine: 'native' }, cut(file, size))).toMatchObject({ code: 'OK', output: zeros });
    }
    const twoMembers = Buffer.concat([gzipSync(zeros.subarray(0, 40_000), { level: 0 }), member(Buffer.from('end'))]);
    const output = Buffer.concat([zeros.subarray(0, 40_000), Buffer.from('end')]);
    for (const size of [30, 5000, 65_536]) {
      expect(await drive({ engine: 'native' }, cut(twoMembers, size))).toMatchObject({ code: 'OK', output });
    }
  });
});
