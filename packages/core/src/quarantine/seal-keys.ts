import { MillraceError } from '../millrace-error.ts';
import type { Rejection } from '../rejection.ts';

/** What a `CryptoKey` of Web Crypto has; any runtime's fits. */
interface WebCryptoKey {
  readonly algorithm: { readonly name: string };
  readonly extractable: boolean;
  readonly type: string;
  readonly usages: readonly string[];
}

/** A key for AES-GCM: 16, 24 or 32 random bytes, or a `CryptoKey` that may encrypt and decrypt. */
export type SealKey = Uint8Array | WebCryptoKey;

/** The key as this runtime's Web Crypto has it. */
export type NativeKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Finds a key by its id; `rejection` is the record that asks for it. */
export type SealKeys = (keyId: string, rejection: Rejection) => Promise<NativeKey>;

/**
 * Checks the keys at once, and imports each when it is first needed.
 *
 * @throws MillraceError `OPTION_INVALID`
 */
export function sealKeys(keys: Readonly<Record<string, SealKey>>, keyId: string): SealKeys {
  const known = new Map(Object.entries(keys).map(([id, key]) => [id, checked(id, key)]));
  if (!known.has(keyId)) throw invalid('option "keyId" must be the id of one of "keys"');
  const imported = new Map<string, Promise<NativeKey>>();
  return async (id, { item, ordinal }) => {
    const key = known.get(id);
    if (key === undefined) {
      throw new MillraceError(
        'QUARANTINE_KEY_MISSING',
        'A record of the quarantine is sealed with a key that is not among "keys". Add the key with the id that details.keyId has.',
        { item: item.id, ordinal, details: { keyId: id } },
      );
    }
    const ready = imported.get(id) ?? importKey(key);
    imported.set(id, ready);
    return ready;
  };
}

/** The bytes are copied: the caller may overwrite theirs. */
function checked(id: string, key: unknown): NativeKey | Uint8Array<ArrayBuffer> {
  if (key instanceof Uint8Array) {
    if ([16, 24, 32].includes(key.length)) return Uint8Array.from(key);
    throw invalid(`key ${JSON.stringify(id)} must have 16, 24 or 32 bytes, but it has ${key.length}`);
  }
  const { algorithm, usages } = (key ?? {}) as Partial<NativeKey>;
  if (algorithm?.name === 'AES-GCM' && usages?.includes('encrypt') === true && usages.includes('decrypt'))
    return key as NativeKey;
  throw invalid(`key ${JSON.stringify(id)} must be bytes, or a CryptoKey for AES-GCM that may encrypt and decrypt`);
}

async function importKey(key: NativeKey | Uint8Array<ArrayBuffer>): Promise<NativeKey> {
  return key instanceof Uint8Array
    ? crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])
    : key;
}

function invalid(why: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `sealedQuarantine: ${why}.`, {
    details: { owner: 'sealedQuarantine', option: 'keys' },
  });
}
