import { TAG, TAGS } from '../pack/layout.ts';
import { fromBase64 } from './base64.ts';
import { type MakeExactNumber, numberOf, storable } from './numbers.ts';

/** The opposite of `packable`: what JSON has no word for becomes itself again. */
export function untagged(value: unknown, makeExact: MakeExactNumber): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => untagged(one, makeExact));
  const entries = Object.entries(value);
  const [only, content] = entries[0] ?? [];
  if (entries.length !== 1 || !only!.startsWith(TAG)) {
    return Object.fromEntries(entries.map(([name, field]) => [name, untagged(field, makeExact)]));
  }
  switch (only) {
    case TAGS.binary:
      return fromBase64(content as string);
    case TAGS.number:
      storable(content as string);
      return makeExact(content as string);
    case TAGS.textSet:
      return new Set(content as string[]);
    case TAGS.numberSet:
      return new Set((content as string[]).map((text) => numberOf(text, makeExact)));
    case TAGS.binarySet:
      return new Set((content as string[]).map(fromBase64));
    default:
      return Object.fromEntries([[only!.slice(TAG.length), untagged(content, makeExact)]]);
  }
}
