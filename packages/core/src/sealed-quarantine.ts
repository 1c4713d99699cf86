import { check, checkOptions } from './check-options.ts';
import { MillraceError } from './millrace-error.ts';
import { openContent, sealContent } from './quarantine/sealed-content.ts';
import { type SealKey, sealKeys } from './quarantine/seal-keys.ts';
import type { Entry } from './record-context.ts';
import type { QuarantineQuery, ReadableQuarantine, Rejection } from './rejection.ts';
import { rejectionToJson } from './rejection-json.ts';

export interface SealedQuarantineOptions {
  /** Every key that records may be sealed with, by its id. Keep a key as long as records are sealed with it. */
  readonly keys: Readonly<Record<string, SealKey>>;
  /** Id of the key that seals new records; one of `keys`. To rotate, add a key and name it here. */
  readonly keyId: string;
  /**
   * What to do about a record that is not sealed: fail, or pass it on. A record that anyone with access to the store could
   * have written is delivered by a replay like any other, so pass them on only while you move to a sealed quarantine.
   * @default 'fail'
   */
  readonly unsealed?: 'fail' | 'pass';
}

/** Bytes that a sealed record has beside its content: nonce, tag, key id, and their names. */
const ENVELOPE_BYTES = 512;

/**
 * Wraps a quarantine so that whoever reads its store sees where and why records were rejected, but not what they hold. The raw
 * text, the value, the message, the part's name and the details of each rejection are encrypted with AES-GCM (Web Crypto) under a key of
 * yours; feed, run, object, ordinal, branch, stage, code, line and byte offset stay readable. A sealed record is bound to
 * these: changing them, or moving the content to another record, is detected.
 *
 * `rejections` decrypts, so `replay` works as with any quarantine. `settle`, and whatever else the quarantine can do by
 * location, is passed on unchanged. Where the store has limited room (DynamoDB), a record that does not fit is cut before it is sealed,
 * as it would be unsealed. Each record gets a random 96-bit nonce: rotate a key before it has sealed 2^32 records.
 *
 * While records are read: `QUARANTINE_KEY_MISSING` if no key has the record's key id, `QUARANTINE_SEAL_BROKEN` if the key is
 * wrong or the record was changed or moved, `QUARANTINE_NOT_SEALED` if it is not sealed.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const key = Buffer.from(process.env.QUARANTINE_KEY, 'base64');
 * const quarantine = sealedQuarantine(s3Quarantine({ bucket }), { keys: { 2026: key }, keyId: '2026' });
 */
export function sealedQuarantine(quarantine: ReadableQuarantine, options: SealedQuarantineOptions): ReadableQuarantine {
  checkOptions('sealedQuarantine', options, {
    keys: check.object,
    keyId: check.text,
    unsealed: check.optional(check.oneOf('fail', 'pass')),
  });
  if (typeof quarantine?.rejections !== 'function' || typeof quarantine.settle !== 'function') {
    throw new MillraceError('OPTION_INVALID', 'sealedQuarantine takes a quarantine that can be read and settled.');
  }
  const { keyId, unsealed = 'fail' } = options;
  const keys = sealKeys(options.keys, keyId);
  const seal = async (entry: Entry<Rejection>): Promise<Entry<Rejection>> =>
    withValue(entry, await sealContent(entry.value, keyId, await keys(keyId, entry.value), quarantine.maxSealedBytes));

  return Object.freeze<ReadableQuarantine>({
    ...quarantine,
    sizeOf: (rejection) => {
      // In base64 four characters hold three bytes.
      const sealed = Math.ceil((rejectionToJson(rejection).length * 4) / 3) + ENVELOPE_BYTES;
      return Math.max(sealed, quarantine.sizeOf?.(rejection) ?? 0);
    },
    write: async (entries, context) => quarantine.write(await Promise.all(entries.map(seal)), context),
    ...(quarantine.writeSingly && {
      writeSingly: async (entries, context) => quarantine.writeSingly!(await Promise.all(entries.map(seal)), context),
    }),
    rejections: (query: QuarantineQuery) => {
      const kept = quarantine.rejections(query);
      return {
        [Symbol.asyncIterator]: async function* () {
          for await (const rejection of kept) yield await openContent(rejection, keys, unsealed);
        },
      };
    },
  });
}

/** The same entry with another value. An entry's members may be getters of a class, which a spread would lose. */
function withValue(
  { ordinal, branch, item, feed, run, generation, signal }: Entry<Rejection>,
  value: Rejection,
): Entry<Rejection> {
  return { ordinal, branch, item, feed, run, generation, signal, value };
}
