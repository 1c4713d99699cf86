import { describe, expect, it, vi } from 'vitest';
import { drive } from './drive.ts';
import { member } from './gzip-file.ts';

describe('another version of fflate, with another state', () => {
  it('is refused before it decompresses anything', async () => {
    vi.doMock('fflate/browser', () => ({
      Inflate: class {
        s = { finished: true };
        p = new Uint8Array(0);
        o = new Uint8Array(0);
        push = (): void => {};
      },
    }));
    vi.resetModules();
    const { gunzip } = await import('../src/index.ts');
    const stage = gunzip({ engine: 'fflate' }).start({} as never);
    const outputs = stage.push(member(Buffer.from('x'))) as AsyncIterable<Uint8Array>;
    await expect(outputs[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'GZIP_ENGINE_UNAVAILABLE' });
    vi.doUnmock('fflate/browser');
    vi.resetModules();
    expect((await drive({ engine: 'fflate' }, [member(Buffer.from('x'))])).code).toBe('OK');
  });
});
