import { sha1 } from './sha1.ts';

/** Makes the UUID (version 5, RFC 9562) of a name in one namespace. */
export type NameUuid = (name: string) => string;

/** SHA-1 of `data` in lower-case hexadecimal digits. */
export type Sha1 = (data: Uint8Array) => string;

/** Names up to this length are hashed in place where they are ASCII. */
const SHORT = 48;

/** The digit that holds the variant, with its upper bits set to 10, by the digit that was hashed. */
const VARIANT = '89ab89ab89ab89ab';

/**
 * Makes UUIDs of names in `namespace`, a UUID itself, as cheaply as this runtime can.
 *
 * The one-shot hash of `node:crypto` is asked for at run time, so that nothing breaks where it is missing (a browser, or a
 * bundle for one); there the digest is computed here. `crypto.subtle` only promises one.
 */
export function namesIn(namespace: string, digest: Sha1 = oneShotSha1() ?? sha1): NameUuid {
  const encoder = new TextEncoder();
  const scratch = new Uint8Array(16 + SHORT);
  scratch.set(bytesOf(namespace));
  const views: Uint8Array[] = [];
  return (name) => {
    const { length } = name;
    for (let index = 0; index < length && index < SHORT; index += 1) {
      const code = name.charCodeAt(index);
      if (code > 0x7f) return formatted(digest(joined(scratch, encoder.encode(name))));
      scratch[16 + index] = code;
    }
    if (length > SHORT) return formatted(digest(joined(scratch, encoder.encode(name))));
    return formatted(digest((views[length] ??= scratch.subarray(0, 16 + length))));
  };
}

function bytesOf(uuid: string): Uint8Array {
  const digits = uuid.replaceAll('-', '');
  return Uint8Array.from({ length: 16 }, (_, n) => Number.parseInt(digits.slice(n * 2, n * 2 + 2), 16));
}

function joined(scratch: Uint8Array, name: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + name.length);
  bytes.set(scratch.subarray(0, 16));
  bytes.set(name, 16);
  return bytes;
}

function formatted(hex: string): string {
  const digit = hex.charCodeAt(16);
  const variant = VARIANT[digit < 0x3a ? digit - 0x30 : digit - 0x57];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function oneShotSha1(): Sha1 | undefined {
  const crypto = globalThis.process?.getBuiltinModule?.('node:crypto');
  return typeof crypto?.hash === 'function' ? (data) => crypto.hash('sha1', data, 'hex') : undefined;
}
