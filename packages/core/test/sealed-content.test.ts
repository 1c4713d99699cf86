import { type ReadableQuarantine, type Rejection, sealedQuarantine } from '@millrace/core';
import { rejectionFromJson, rejectionToJson } from '@millrace/core/plugin';
import { describe, expect, it, vi } from 'vitest';
import { openContent, sealContent } from '../src/quarantine/sealed-content.ts';
import { shortenedRejections } from '../src/quarantine/shortened.ts';

const BYTES = new Uint8Array(32).fill(1);
const key = crypto.subtle.importKey('raw', BYTES, 'AES-GCM', false, ['encrypt', 'decrypt']);

const rejection: Rejection = {
  feed: 'sales',
  run: 'run',
  item: { id: 'id', uri: 'uri' },
  ordinal: 7,
  branch: '',
  stage: 'parse',
  code: 'X',
  message: 'why',
  raw: 'a,b',
  line: 8,
};

/** What an earlier release has written stays readable. */
const SEALED =
  '{"feed":"sales","run":"run","item":{"id":"id","uri":"uri"},"ordinal":7,"branch":"","stage":"parse","code":"X","line":8,' +
  '"message":"The content of this rejection is sealed.","details":{"sealed":{"version":1,"keyId":"old",' +
  '"nonce":{"$millrace":"bytes","value":"PsZ9rTMIZfZqM6sA"},"data":{"$millrace":"bytes","value":' +
  '"Ofc2VshFaaC2p1dgHVg7D798JI8Cc3V9SINoDC5iATX0iK00tUNMdKyUDLZ2mf6gAM1tDLIjPhYYLPP0OzpxZxY5Nk7hdCMUGL4mQ4dsv50VSvzSTPKxyr' +
  'Jc4O6RQkb24Q14QlCdwNk8A9UI09C8um4NltrSpJ3qpXhFazI2V4H31wocIOJTG5biewm7g1D8ISzAVofcv2HqcuL+S7HjrDl6TQ=="}}}}';

describe('sealed content', () => {
  it('is what it was a release ago', async () => {
    expect(await openContent(rejectionFromJson(SEALED), () => key, 'fail')).toEqual(rejection);
  });

  it('takes all the room that there is, and no more', async () => {
    const tag = 16;
    const most = rejectionToJson(rejection).length + tag;
    const sealedWithin = async (maxBytes: number): Promise<readonly [bytes: number, opened: Rejection]> => {
      const kept = await sealContent(rejection, 'old', await key, maxBytes);
      const { data } = kept.details!['sealed'] as { readonly data: Uint8Array };
      return [data.length, await openContent(kept, () => key, 'fail')];
    };
    expect(await sealedWithin(most)).toEqual([most, rejection]);
    const [, cut] = await sealedWithin(most - 1);
    expect(cut.raw).toBeUndefined();
  });

  it('is cut to the first of the shorter ones that fits', () => {
    const [raw, message, value] = ['r'.repeat(70_000), 'm'.repeat(1001), { a: 1 }];
    const whole: Rejection = { ...rejection, raw, message, value, details: { a: 1 } };
    const cuts = [...shortenedRejections(whole, 'here')];
    const [valueLeftOut, rawLeftOut] = ['too large for here', 'too large for here: 70000 characters'];
    const { value: _, ...lighter } = { ...whole, details: { a: 1, valueLeftOut } };
    const { raw: __, ...lightest } = {
      ...lighter,
      details: { a: 1, valueLeftOut, rawLeftOut, rawStart: 'r'.repeat(65_536) },
    };
    const last = { valueLeftOut, rawLeftOut, detailsLeftOut: 'too large for here' };
    expect(cuts).toEqual([whole, lighter, lightest, { ...lightest, message: 'm'.repeat(1000), details: last }]);
    const { raw: ___, ...bare } = rejection;
    expect([...shortenedRejections(bare, 'here')].slice(0, 3)).toEqual([bare, bare, bare]);
    const binary = [...shortenedRejections({ ...bare, raw: new Uint8Array(3) }, 'here')][2];
    expect(binary?.details).toEqual({ rawLeftOut: 'too large for here: 3 bytes', rawStart: new Uint8Array(3) });
  });
});

describe('what was sealed', () => {
  const sealed = async (): Promise<Rejection> =>
    sealContent({ ...rejection, value: 1, branch: '2', byteOffset: 3 }, 'old', await key);
  const open = (kept: Rejection, unsealed: 'fail' | 'pass' = 'fail') => openContent(kept, () => key, unsealed);
  const broken = { code: 'QUARANTINE_SEAL_BROKEN', item: 'id', ordinal: 7, details: { branch: '2' } };

  it('keeps no name of a part, no value, no message and no raw text', async () => {
    const kept = await sealContent(
      { ...rejection, item: { id: 'id', uri: 'uri', part: 'p' }, value: 1 },
      'old',
      await key,
    );
    expect(Object.keys(kept).toSorted()).toEqual(
      ['branch', 'code', 'details', 'feed', 'item', 'line', 'message', 'ordinal', 'run', 'stage'].toSorted(),
    );
    expect(kept).toMatchObject({ item: { id: 'id', uri: 'uri' }, message: 'The content of this rejection is sealed.' });
    expect(kept.item).not.toHaveProperty('part');
  });

  it.each<[string, Partial<Rejection>]>([
    ['feed', { feed: 'other' }],
    ['URI', { item: { id: 'id', uri: 'other' } }],
    ['branch', { branch: '2.0' }],
    ['byte offset', { byteOffset: 4 }],
    ['raw text', { raw: '' }],
    ['value', { value: undefined }],
  ])('is not opened with another %s', async (_, change) => {
    const kept = { ...(await sealed()), ...change };
    await expect(open(kept)).rejects.toMatchObject({ ...broken, details: { branch: kept.branch } });
  });

  it.each<[string, object | null]>([
    ['no version', { version: undefined }],
    ['another version', { version: 0 }],
    ['no id of a key', { keyId: 1 }],
    ['a nonce in text', { nonce: 'x' }],
    ['content in text', { data: 'x' }],
    ['nothing', null],
  ])('is not opened with %s, whose key nobody is asked for', async (_, change) => {
    const kept = await sealed();
    const whole = kept.details!['sealed'] as object;
    const details = { sealed: change === null ? null : { ...whole, ...change } };
    const opening = openContent({ ...kept, details }, () => expect.fail('it was asked for'), 'pass');
    await expect(opening).rejects.toMatchObject(broken);
  });

  it('is passed on unsealed if nothing is left of it, or if that was asked for', async () => {
    const left = { ...rejection, details: { detailsLeftOut: 'too large' } };
    const { raw: _, ...empty } = left;
    expect(await open(empty)).toBe(empty);
    const { details: __, ...bare } = empty;
    for (const unsealed of [left, { ...empty, value: undefined }, { ...empty, details: {} }, bare]) {
      await expect(open(unsealed)).rejects.toMatchObject({
        code: 'QUARANTINE_NOT_SEALED',
        ordinal: 7,
        details: { branch: '' },
      });
      expect(await open(unsealed, 'pass')).toBe(unsealed);
    }
  });
});

describe('sealedQuarantine', () => {
  const inner = { name: 'inner', write: async () => {}, rejections: async function* () {}, settle: async () => {} };
  const sealed = (quarantine: unknown, length: number): ReadableQuarantine =>
    sealedQuarantine(quarantine as ReadableQuarantine, { keys: { a: new Uint8Array(length) }, keyId: 'a' });
  const invalid = expect.objectContaining({ code: 'OPTION_INVALID' }) as Error;

  it.each([16, 24, 32])('takes a key of %i bytes', (length) => {
    expect(() => sealed(inner, length)).not.toThrow();
  });

  it.each([0, 15, 17, 23, 25, 31, 33])('takes no key of %i bytes', (length) => {
    expect(() => sealed(inner, length)).toThrow(invalid);
  });

  it('takes a CryptoKey only for AES-GCM that may encrypt and decrypt', () => {
    const native = (name: string | undefined, ...usages: readonly string[]): unknown => ({
      ...(name !== undefined && { algorithm: { name } }),
      usages,
    });
    const made = (given: unknown) => () =>
      sealedQuarantine(inner as unknown as ReadableQuarantine, { keys: { a: given as Uint8Array }, keyId: 'a' });
    expect(made(native('AES-GCM', 'encrypt', 'decrypt'))).not.toThrow();
    for (const given of [
      native('AES-CBC', 'encrypt', 'decrypt'),
      native('AES-GCM', 'encrypt'),
      native('AES-GCM', 'decrypt'),
      native('AES-GCM'),
      native(undefined, 'encrypt', 'decrypt'),
      { algorithm: { name: 'AES-GCM' } },
      null,
    ])
      expect(made(given)).toThrow(invalid);
  });

  it('imports a key once, such that nobody can take it out again', async () => {
    const imports = vi.spyOn(crypto.subtle, 'importKey');
    const written: Rejection[] = [];
    const write = async (entries: readonly { readonly value: Rejection }[]) =>
      void written.push(...entries.map(({ value }) => value));
    const quarantine = sealed({ ...inner, write, writeSingly: write }, 32);
    const { signal } = new AbortController();
    const context = { feed: 'sales', run: 'run', stage: 'q', signal, count: () => {} };
    const entries = [rejection, rejection].map((value) => ({ ...value, value, signal }));
    await quarantine.write(entries, context);
    await quarantine.writeSingly!(entries, context);
    expect(written.map(({ message }) => message)).toEqual(Array(4).fill('The content of this rejection is sealed.'));
    expect(imports.mock.calls.map(([, , , extractable]) => extractable)).toEqual([false]);
    imports.mockRestore();
    expect(sealed(inner, 32).writeSingly).toBeUndefined();
  });

  it('takes the size of what it will write, or that of the quarantine if that is larger', () => {
    const length = Math.ceil((rejectionToJson(rejection).length * 4) / 3) + 512;
    expect(sealed(inner, 32).sizeOf!(rejection)).toBe(length);
    expect(sealed({ ...inner, sizeOf: () => length - 1 }, 32).sizeOf!(rejection)).toBe(length);
    expect(sealed({ ...inner, sizeOf: () => length + 1 }, 32).sizeOf!(rejection)).toBe(length + 1);
  });

  it('takes no quarantine that cannot be read and settled', () => {
    for (const quarantine of [{ ...inner, rejections: undefined }, { ...inner, settle: undefined }, undefined, null])
      expect(() => sealed(quarantine, 16)).toThrow(invalid);
  });
});
