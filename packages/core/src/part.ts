const BRAND: unique symbol = Symbol.for('@millrace/part');

/** Begins a part of an item, such as a file in an archive. */
export interface Part {
  readonly [BRAND]: true;
  readonly name: string;
}

/**
 * Makes a {@link Part}; for decompressors that open archives. The bytes after it, up to the next one, are read on their own: the
 * runner ends the later decoders and the parser and starts them again, with `item.part`. Ordinals go on through all parts.
 */
export function part(name: string): Part {
  return { [BRAND]: true, name };
}

export function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && BRAND in value;
}
