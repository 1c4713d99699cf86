import { beginSha1, mixSha1 } from './sha1-block.ts';

/**
 * SHA-1 of `data`, FIPS 180-4, in lower-case hexadecimal digits. Browsers have it only as a promise and only in secure
 * contexts, and a key takes 50 bytes.
 */
export function sha1(data: Uint8Array): string {
  const length = data.byteLength;
  const padded = new DataView(new ArrayBuffer(((length + 72) >> 6) << 6));
  new Uint8Array(padded.buffer).set(data);
  padded.setUint8(length, 0x80);
  padded.setUint32(padded.byteLength - 8, Math.floor(length / 0x20000000));
  padded.setUint32(padded.byteLength - 4, length << 3);
  const state = new Int32Array(5);
  const words = new Int32Array(80);
  beginSha1(state);
  for (let block = 0; block < padded.byteLength; block += 64) {
    for (let t = 0; t < 16; t += 1) words[t] = padded.getInt32(block + t * 4);
    mixSha1(state, words);
  }
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
