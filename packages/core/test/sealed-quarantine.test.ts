import {
  feed,
  map,
  type ReadableQuarantine,
  type Rejection,
  replay,
  type SealedQuarantineOptions,
  sealedQuarantine,
} from '@millrace/core';
import {
  type Entry,
  type QuarantineStore,
  rejectionFromJson,
  rejectionToJson,
  storedQuarantine,
} from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { keep, lines, textSource } from './fixtures.ts';

const OLD = new Uint8Array(32).fill(1);
const NEW = new Uint8Array(16).fill(2);

/** A place for texts in memory, which a test may look into and change. */
function memoryStore(): { readonly store: QuarantineStore; readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  const store: QuarantineStore = {
    name: 'memory',
    put: async (key, text) => void texts.set(key, text),
    list: async function* (prefix) {
      yield* [...texts.keys()].filter((key) => key.startsWith(prefix)).toSorted();
    },
    get: async (key) => ({ text: texts.get(key)!, putAt: 0 }),
  };
  return { store, texts };
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

/** Rejects what begins with `bad`; the values hold a canary in every place. */
function rejecting(quarantine: ReadableQuarantine, busy: { now: boolean } = { now: true }) {
  const kept = keep<unknown>();
  const made = feed('sales')
    .from(textSource())
    .through(lines())
    .through(
      map((line) => {
        if (busy.now && line.startsWith('canary')) throw new TypeError(`no ${line}`);
        return { line, sizes: new Map([[line, new Set([line])]]) };
      }),
    )
    .to(kept.sink);
  return {
    made,
    kept,
    run: () =>
      made.run([{ name: 'day', chunks: ['canary-1\n', 'good\n', 'canary-2\n'] }], {
        quarantine,
        maxRejections: { share: 1 },
      }),
  };
}

const sealedWith = (store: QuarantineStore, options: Partial<SealedQuarantineOptions> = {}): ReadableQuarantine =>
  sealedQuarantine(storedQuarantine(store), { keys: { old: OLD }, keyId: 'old', ...options });

const query = { feed: 'sales' };

async function writeAll(quarantine: ReadableQuarantine, ...rejections: readonly Rejection[]): Promise<void> {
  const { signal } = new AbortController();
  const entries = rejections.map((value): Entry<Rejection> => ({ ...value, value, signal }));
  await quarantine.write(entries, { feed: 'sales', run: 'run', stage: 'quarantine', signal, count: () => {} });
}

describe('sealedQuarantine', () => {
  it('keeps location and code readable, and nothing of the record', async () => {
    const { store, texts } = memoryStore();
    await rejecting(sealedWith(store)).run();
    const text = [...texts.values()].join('');
    expect(text).not.toContain('canary');
    expect(text).not.toContain('TypeError');
    for (const line of text.trim().split('\n')) {
      const { code, stage, item, ordinal, message } = rejectionFromJson(line);
      expect({ code, stage, item, message }).toMatchObject({
        code: 'TRANSFORM_THREW',
        stage: 'map',
        item: { uri: 'text:day' },
      });
      expect([0, 2]).toContain(ordinal);
    }
  });

  it('gives back every rejection as it was', async () => {
    const { store } = memoryStore();
    const plain = memoryStore();
    await rejecting(sealedWith(store)).run();
    await rejecting(storedQuarantine(plain.store)).run();
    const same = ({ run: _, ...rest }: Rejection) => rest;
    const opened = (await all(sealedWith(store).rejections(query))).map(same);
    expect(opened).toEqual((await all(storedQuarantine(plain.store).rejections(query))).map(same));
    expect(opened).toHaveLength(2);
    expect(opened[0]).toMatchObject({ value: 'canary-1', details: { content: { thrown: 'TypeError: no canary-1' } } });
  });

  it('hides the name of a part, and gives it back', async () => {
    const { store, texts } = memoryStore();
    const kept: Rejection = {
      feed: 'sales',
      run: 'run',
      ordinal: 0,
      branch: '',
      stage: 'map',
      code: 'X',
      message: 'm',
      item: { id: 'zip', uri: 'zip', part: 'canary.csv' },
    };
    await writeAll(sealedWith(store), kept);
    expect([...texts.values()].join('')).not.toContain('canary');
    expect(await all(sealedWith(store).rejections(query))).toEqual([kept]);
  });

  it('cuts a record that the store has no room for before it is sealed, and says so', async () => {
    const { store, texts } = memoryStore();
    const most = 100_000;
    const quarantine = sealedQuarantine(
      { ...storedQuarantine(store), maxSealedBytes: most },
      { keys: { old: OLD }, keyId: 'old' },
    );
    const place = { feed: 'sales', run: 'run', item: { id: 'i', uri: 'i' }, branch: '', stage: 'map', code: 'X' };
    const long = 'r'.repeat(most);
    const [fits, value, raw, details] = [
      { ...place, ordinal: 0, message: 'm', raw: 'r'.repeat(most - 1000) },
      { ...place, ordinal: 1, message: 'm', raw: 'short', value: long },
      { ...place, ordinal: 2, message: 'm', raw: long },
      { ...place, ordinal: 3, message: 'm', details: { long } },
    ] as const;
    await writeAll(quarantine, fits, value, raw, details);
    const sizes = [...texts.values()]
      .flatMap((text) => text.trim().split('\n'))
      .map((line) => {
        return (rejectionFromJson(line).details!['sealed'] as { readonly data: Uint8Array }).data.length;
      });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(most);
    const tooLarge = expect.stringContaining('too large');
    expect(await all(quarantine.rejections(query))).toEqual([
      fits,
      { ...place, ordinal: 1, message: 'm', raw: 'short', details: { valueLeftOut: tooLarge } },
      {
        ...place,
        ordinal: 2,
        message: 'm',
        details: { rawLeftOut: tooLarge, rawStart: long.slice(0, 65_536) },
      },
      { ...place, ordinal: 3, message: 'm', details: { detailsLeftOut: tooLarge } },
    ]);
  });

  it('lets a replay deliver and settle', async () => {
    const { store } = memoryStore();
    const quarantine = sealedWith(store);
    const busy = { now: true };
    const { made, kept, run } = rejecting(quarantine, busy);
    await run();
    busy.now = false;
    const report = await replay(made, quarantine.rejections(query), { settled: quarantine.settle });
    expect(report).toMatchObject({ tried: 2, delivered: 2 });
    expect(kept.values()).toHaveLength(3);
    expect(await all(quarantine.rejections(query))).toEqual([]);
    expect(await all(quarantine.rejections({ ...query, settled: true }))).toHaveLength(2);
  });

  it('reads what an older key has sealed, and says which key is missing', async () => {
    const { store } = memoryStore();
    await rejecting(sealedWith(store)).run();
    const rotated = sealedWith(store, { keys: { old: OLD, new: NEW }, keyId: 'new' });
    expect(await all(rotated.rejections(query))).toHaveLength(2);
    await expect(all(sealedWith(store, { keys: { new: NEW }, keyId: 'new' }).rejections(query))).rejects.toMatchObject({
      code: 'QUARANTINE_KEY_MISSING',
      details: { keyId: 'old' },
      item: 'text:day',
      ordinal: 0,
    });
    await expect(all(sealedWith(store, { keys: { old: NEW } }).rejections(query))).rejects.toMatchObject({
      code: 'QUARANTINE_SEAL_BROKEN',
    });
  });

  it('detects every change of the content, and of what stays readable', async () => {
    const { store, texts } = memoryStore();
    await rejecting(sealedWith(store)).run();
    const [key, text] = [...texts][0]!;
    const [first, second] = text.trim().split('\n').map(rejectionFromJson) as [Rejection, Rejection];
    const sealed = first.details!['sealed'] as { readonly data: Uint8Array; readonly nonce: Uint8Array };
    const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
      bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
    const changes: readonly Rejection[] = [
      ...Array.from(sealed.data.keys(), (at) => ({
        ...first,
        details: { sealed: { ...sealed, data: flipped(sealed.data, at) } },
      })),
      ...Array.from(sealed.nonce.keys(), (at) => ({
        ...first,
        details: { sealed: { ...sealed, nonce: flipped(sealed.nonce, at) } },
      })),
      { ...first, details: { sealed: { ...sealed, data: sealed.data.subarray(0, 5) } } },
      { ...first, details: { sealed: { ...sealed, version: 2 } } },
      { ...first, details: { sealed: 'text' } },
      // The content of one record at the place of another.
      { ...first, details: second.details },
      { ...first, ordinal: 1 },
      { ...first, branch: '0' },
      { ...first, item: { ...first.item, id: 'other' } },
      { ...first, item: { ...first.item, part: 'a.csv' } },
      { ...first, run: 'other' },
      { ...first, stage: 'other' },
      { ...first, code: 'OTHER' },
      { ...first, line: 9 },
      { ...first, scope: 'item' },
      { ...first, raw: 'forged' },
      { ...first, value: 'forged' },
    ];
    for (const changed of changes) {
      texts.set(key, `${rejectionToJson(changed)}\n`);
      await expect(all(sealedWith(store).rejections(query))).rejects.toMatchObject({ code: 'QUARANTINE_SEAL_BROKEN' });
    }
  });

  it('refuses what is not sealed, unless it is told to pass it on', async () => {
    const { store } = memoryStore();
    await rejecting(storedQuarantine(store)).run();
    await expect(all(sealedWith(store).rejections(query))).rejects.toMatchObject({ code: 'QUARANTINE_NOT_SEALED' });
    expect(await all(sealedWith(store, { unsealed: 'pass' }).rejections(query))).toHaveLength(2);
  });

  it('passes on where a record was, if the store had no room for its content', async () => {
    const { store, texts } = memoryStore();
    await rejecting(sealedWith(store)).run();
    const [key, text] = [...texts][0]!;
    const { details: _, ...place } = rejectionFromJson(text.split('\n')[0]!);
    texts.set(key, `${rejectionToJson({ ...place, details: { detailsLeftOut: 'too large' } })}\n`);
    expect(await all(sealedWith(store).rejections(query))).toMatchObject([
      { ordinal: 0, details: { detailsLeftOut: 'too large' } },
    ]);
    texts.set(key, `${rejectionToJson({ ...place, raw: 'forged', details: { detailsLeftOut: 'x' } })}\n`);
    await expect(all(sealedWith(store).rejections(query))).rejects.toMatchObject({ code: 'QUARANTINE_NOT_SEALED' });
  });

  it('never seals two records under one nonce, and copies its key', async () => {
    const { store, texts } = memoryStore();
    const bytes = Uint8Array.from(OLD);
    const quarantine = sealedWith(store, { keys: { old: bytes } });
    bytes.fill(9);
    for (let run = 0; run < 5; run += 1) await rejecting(quarantine).run();
    const nonces = new Set<string>();
    let records = 0;
    // The same records overwrite the same text, so all that was put is looked at.
    const watched = {
      ...store,
      put: async (key: string, text: string) => {
        texts.set(key, text);
        for (const line of text.trim().split('\n')) {
          const { nonce } = rejectionFromJson(line).details!['sealed'] as { readonly nonce: Uint8Array };
          nonces.add(nonce.join());
          records += 1;
        }
      },
    };
    for (let run = 0; run < 50; run += 1) await rejecting(sealedWith(watched)).run();
    expect([nonces.size, records]).toEqual([100, 100]);
    expect(await all(sealedWith(store).rejections(query))).toHaveLength(2);
  });

  it('takes a CryptoKey, and keeps the limits of what it wraps', async () => {
    const { store } = memoryStore();
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    const quarantine = sealedWith(store, { keys: { old: key } });
    await rejecting(quarantine).run();
    const opened = await all(quarantine.rejections(query));
    expect(opened).toHaveLength(2);
    const inner = storedQuarantine(store);
    expect(quarantine).toMatchObject({ name: 'memory', limits: inner.limits, concurrency: inner.concurrency });
    for (const rejection of opened) expect(quarantine.sizeOf!(rejection)).toBeGreaterThan(inner.sizeOf!(rejection));
  });

  it('checks its options', () => {
    const inner = storedQuarantine(memoryStore().store);
    const loose = sealedQuarantine as (...given: readonly unknown[]) => unknown;
    for (const options of [
      {},
      { keys: { a: OLD } },
      { keys: { a: OLD }, keyId: 'b' },
      { keys: { a: new Uint8Array(15) }, keyId: 'a' },
      { keys: { a: 'text' }, keyId: 'a' },
      { keys: { a: OLD, b: undefined }, keyId: 'a' },
      { keys: { a: OLD }, keyId: 'a', unsealed: 'skip' },
    ]) {
      expect(() => loose(inner, options)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    }
    expect(() => loose({ name: 'x', write: inner.write }, { keys: { a: OLD }, keyId: 'a' })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
    expect(() => loose(inner, { keys: { a: OLD }, keyId: 'a', key: OLD })).toThrow(
      expect.objectContaining({ code: 'OPTION_UNKNOWN' }),
    );
  });
});
