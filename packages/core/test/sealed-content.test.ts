import { type ReadableQuarantine, type Rejection, sealedQuarantine } from '@millrace/core';
import { rejectionFromJson, rejectionToJson } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { openContent, sealContent } from '../src/quarantine/sealed-content.ts';

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
      const { data } = kept.details?.['sealed'] as { readonly data: Uint8Array };
      return [data.length, await openContent(kept, () => key, 'fail')];
    };
    expect(await sealedWithin(most)).toEqual([most, rejection]);
    const [, cut] = await sealedWithin(most - 1);
    expect(cut.raw).toBeUndefined();
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

  it('takes no quarantine that cannot be read and settled', () => {
    const { rejections: _, ...unread } = inner;
    const { settle: __, ...unsettled } = inner;
    for (const quarantine of [unread, unsettled, undefined, null])
      expect(() => sealed(quarantine, 16)).toThrow(invalid);
  });
});
