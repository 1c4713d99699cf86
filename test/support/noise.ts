import { createCipheriv } from 'node:crypto';

/** Bytes that do not compress, the same in every run: the key stream of AES in counter mode. */
export function noise(bytes: number): Buffer {
  const zeros = Buffer.alloc(16);
  return createCipheriv('aes-128-ctr', zeros, zeros).update(Buffer.alloc(bytes));
}
