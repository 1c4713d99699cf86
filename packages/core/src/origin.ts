/**
 * Where the records of an item come from: one exact version of one object, as it was first delivered. A landing copy
 * carries this along, so that a record's identity is that of the original and not of the copy.
 */
export interface ItemOrigin {
  /**
   * Identity of this version of the object; the keys of its records derive from it. The same bytes delivered again
   * have the same id; an overwritten object has another one.
   */
  readonly id: string;
  /** Where the object lies, for people and logs: `s3://bucket/key`. */
  readonly uri: string;
  readonly versionId?: string;
  /** An opaque version tag. It is not a checksum: multipart and encrypted S3 objects have an ETag that is no MD5. */
  readonly etag?: string;
  /** Size as stored, in bytes. */
  readonly size?: number;
  /** When this version was written, as ISO-8601 in UTC. */
  readonly lastModified?: string;
  /** Where the bytes were read, when that is a landing copy of the original. */
  readonly readFrom?: string;
  /** Which part of the object the record stands in, such as the name of a file in an archive; only on records, decoders and parsers. */
  readonly part?: string;
}
