/**
 * The layout of a packed item, as docs/packed-layout.md describes it. Shared by the writer and the reader, so it imports
 * nothing.
 */

/** Version of the layout. Readers refuse one that they do not know. */
export const LAYOUT_VERSION = 1;

/** Attributes of a pack beside those that landing gives every item. */
export const PACK_ATTRIBUTES = {
  /** Version of the layout. Its presence, with `records`, makes an item a pack. */
  version: 'pack',
  first: 'first_ordinal',
  last: 'last_ordinal',
  count: 'count',
  /** How `records` is compressed. */
  encoding: 'encoding',
  /** The namespace in which each record's place is named, and with it the object's version; see `landingUuid`. */
  space: 'space',
  /** Present where the record's attributes stood beside landing's. */
  flat: 'flat',
  /** Names of landing's attributes that are not the default ones. */
  names: 'names',
  records: 'records',
} as const;

/** Landing's names for attributes, by default. */
export const DEFAULT_NAMES = {
  uuid: 'uuid',
  upload_date: 'upload_date',
  feed: 'feed',
  source: 'source',
  source_version: 'source_version',
  source_part: 'source_part',
  ordinal: 'ordinal',
  branch: 'branch',
  generation: 'generation',
  record: 'record',
} as const;

/** How the records of a pack are compressed. */
export type PackEncoding = 'deflate-raw' | 'zstd' | 'none';

/** Ends the line of one ordinal. JSON holds no raw line feed. */
export const LINE_END = '\n';

/** Parts the branches of one ordinal, and a branch from its record. JSON holds no raw tab. */
export const BRANCH_END = '\t';

/** First line of a pack whose records do not form a table. */
export const NO_COLUMNS = 'null';

/** Prefix of the only name in an object that represents a value that JSON lacks. */
export const TAG = '$';

/** Such values: binary, a number that no double holds, sets of text, numbers, binary. */
export const TAGS = {
  binary: '$B',
  number: '$N',
  textSet: '$SS',
  numberSet: '$NS',
  binarySet: '$BS',
} as const;

/** Stands in a table's cell where the record has no such attribute. Its name is the tag alone. */
export const ABSENT: Readonly<Record<string, number>> = Object.freeze({ [TAG]: 0 });
