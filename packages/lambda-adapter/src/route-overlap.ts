/** The conditions of a route that can be compared with another's. */
export interface KeyPattern {
  readonly bucket?: string;
  readonly prefix?: string;
  readonly suffix?: string;
}

/**
 * Whether some object fits both. It does where the buckets agree, one prefix begins with the other and one suffix ends
 * with the other: the longer prefix followed by the longer suffix is then such a key.
 */
export function patternsOverlap(a: KeyPattern, b: KeyPattern): boolean {
  const { prefix: aPrefix = '', suffix: aSuffix = '' } = a;
  const { prefix: bPrefix = '', suffix: bSuffix = '' } = b;
  return (
    (a.bucket === undefined || b.bucket === undefined || a.bucket === b.bucket) &&
    (aPrefix.startsWith(bPrefix) || bPrefix.startsWith(aPrefix)) &&
    (aSuffix.endsWith(bSuffix) || bSuffix.endsWith(aSuffix))
  );
}

export function fits({ bucket, prefix = '', suffix = '' }: KeyPattern, ref: { bucket: string; key: string }): boolean {
  return (bucket === undefined || bucket === ref.bucket) && ref.key.startsWith(prefix) && ref.key.endsWith(suffix);
}
