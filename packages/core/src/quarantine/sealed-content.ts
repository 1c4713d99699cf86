import { MillraceError } from '../millrace-error.ts';
import type { Rejection } from '../rejection.ts';
import { rejectionFromJson, rejectionToJson } from '../rejection-json.ts';
import { shortenedRejections } from './shortened.ts';
import type { NativeKey, SealKeys } from './seal-keys.ts';

/** What a sealed rejection has as `details.sealed`. */
interface Sealed {
  readonly version: 1;
  readonly keyId: string;
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly data: Uint8Array<ArrayBuffer>;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MESSAGE = 'The content of this rejection is sealed.';

/**
 * A rejection without what it says of its record, which lies encrypted in `details.sealed`.
 *
 * @param maxBytes what there is room for; a larger record is cut before
 */
export async function sealContent(
  rejection: Rejection,
  keyId: string,
  key: NativeKey,
  maxBytes: number = Number.POSITIVE_INFINITY,
): Promise<Rejection> {
  const { raw: _raw, value: _value, details: _details, message: _message, ...rest } = rejection;
  // The name of a part, such as a file of an archive, comes from the object's content.
  const { part: _part, ...item } = rest.item;
  const place = { ...rest, item };
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const content = contentWithin(rejection, maxBytes);
  const encrypted = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: boundTo(place, keyId) },
    key,
    content,
  );
  const sealed: Sealed = { version: 1, keyId, nonce, data: new Uint8Array(encrypted) };
  return { ...place, message: MESSAGE, details: { sealed } };
}

function contentWithin(rejection: Rejection, maxBytes: number): Uint8Array<ArrayBuffer> {
  let content = new Uint8Array();
  for (const kept of shortenedRejections(rejection, 'this quarantine when sealed')) {
    content = new TextEncoder().encode(rejectionToJson(kept));
    if (content.length + TAG_BYTES <= maxBytes) break;
  }
  return content;
}

/**
 * The rejection that {@link sealContent} sealed.
 *
 * @throws MillraceError `QUARANTINE_KEY_MISSING`, `QUARANTINE_SEAL_BROKEN`, `QUARANTINE_NOT_SEALED`
 */
export async function openContent(kept: Rejection, keys: SealKeys, unsealed: 'fail' | 'pass'): Promise<Rejection> {
  const sealed = kept.details?.['sealed'];
  if (sealed === undefined) {
    // A store may have had no room for the content. What is left says only where the record was.
    const isEmpty = kept.raw === undefined && !('value' in kept) && kept.details?.['detailsLeftOut'] !== undefined;
    if (isEmpty || unsealed === 'pass') return kept;
    throw failure(
      kept,
      'QUARANTINE_NOT_SEALED',
      'is not sealed. Look who wrote it; to read it all the same, set unsealed: "pass"',
    );
  }
  if (!isSealed(sealed) || kept.raw !== undefined || 'value' in kept) throw broken(kept);
  const { keyId, nonce, data } = sealed;
  const key = await keys(keyId, kept);
  try {
    const how = { name: 'AES-GCM', iv: nonce, additionalData: boundTo(kept, keyId) };
    return rejectionFromJson(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, data)));
  } catch (cause) {
    throw broken(kept, cause);
  }
}

/** Everything that stays readable, as far as it says whose content this is. */
function boundTo(
  { scope, feed, run, item, ordinal, branch, stage, code, line, byteOffset }: Omit<Rejection, 'message'>,
  keyId: string,
): Uint8Array<ArrayBuffer> {
  const location = [1, keyId, feed, item.id, item.uri, item.part, ordinal, branch];
  return new TextEncoder().encode(JSON.stringify([...location, scope, run, stage, code, line, byteOffset]));
}

function isSealed(value: unknown): value is Sealed {
  const { version, keyId, nonce, data } = (value ?? {}) as Partial<Sealed>;
  return version === 1 && typeof keyId === 'string' && nonce instanceof Uint8Array && data instanceof Uint8Array;
}

function broken(kept: Rejection, cause?: unknown): MillraceError {
  return failure(
    kept,
    'QUARANTINE_SEAL_BROKEN',
    'cannot be opened: the key is another, or the record was changed or moved',
    cause,
  );
}

function failure({ item, ordinal, branch }: Rejection, code: string, what: string, cause?: unknown): MillraceError {
  return new MillraceError(code, `Record ${ordinal} of ${item.id} in the quarantine ${what}.`, {
    item: item.id,
    ordinal,
    cause,
    details: { branch },
  });
}
