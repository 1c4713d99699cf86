import type { Content } from './inspect-content.ts';

const SAMPLES = 4;

/** Bytes from the middle and the end of a large file, spread evenly, from what is left of the budget. */
export async function samplesElsewhere(content: Content): Promise<readonly Uint8Array[]> {
  const { size } = content;
  const read = content.bytesRead();
  if (size === undefined || size <= read) return [];
  const length = Math.min(Math.floor(read / 3 / SAMPLES) - 4, Math.floor((size - read) / SAMPLES) - 4) & ~3;
  if (length < 1024) return [];
  const samples: Uint8Array[] = [];
  for (let index = 1; index <= SAMPLES; index += 1) {
    // At a multiple of four, so that no unit of UTF-16 or UTF-32 is cut; the last one reaches to the end.
    const at = (read + Math.floor(((size - read) * index) / SAMPLES) - length) & ~3;
    const bytes = await content.at(at, index === SAMPLES ? size - at : length);
    if (bytes !== undefined) samples.push(bytes);
  }
  return samples;
}
