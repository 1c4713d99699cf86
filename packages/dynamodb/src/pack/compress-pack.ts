import type { Packing } from './pack-options.ts';
import { PACK_ATTRIBUTES } from './layout.ts';
import type { Pack } from './split-group.ts';

/** The item of a pack. It stays as it is where compression would not make it smaller. */
export async function compressPack(
  { item, text }: Pack,
  { encoding, compress }: Packing,
): Promise<Readonly<Record<string, unknown>>> {
  if (encoding === 'none') return item;
  const compressed = await compress(text);
  if (compressed.byteLength + encoding.length >= text.byteLength + 'none'.length) return item;
  return { ...item, [PACK_ATTRIBUTES.encoding]: encoding, [PACK_ATTRIBUTES.records]: compressed };
}
