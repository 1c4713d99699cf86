/**
 * An ETag without the quotes that HTTP puts around it, and without the mark of a weak one (`W/"…"`), which proxies add that may
 * compress: what it names is the same version. Events leave the quotes out, listings and responses do not.
 */
export function bareEtag(etag: string | undefined): string | undefined {
  return etag?.replace(/^(?:W\/)?"(.*)"$/s, '$1');
}

/** An ETag as the `If-Match` headers want it. Some S3-compatible stores refuse a bare one, and none matches a weak one. */
export function quotedEtag(etag: string): string {
  return `"${bareEtag(etag)}"`;
}
