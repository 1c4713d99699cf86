/** An ETag without the quotes that HTTP puts around it. Events leave them out, listings and responses do not. */
export function bareEtag(etag: string | undefined): string | undefined {
  return etag?.replace(/^"(.*)"$/s, '$1');
}

/** An ETag as the `If-Match` headers want it. Some S3-compatible stores refuse a bare one. */
export function quotedEtag(etag: string): string {
  return `"${bareEtag(etag)}"`;
}
