/**
 * What DynamoDB takes, where the sink must know it before it sends. Sources: the API reference of BatchWriteItem, and
 * the developer guide's pages on naming rules, data types and constraints.
 */

/** Items in one BatchWriteItem. */
export const MAX_BATCH_ITEMS = 25;

/** Size of one item as stored, names included: 400 KB. */
export const MAX_ITEM_BYTES: number = 400 * 1024;

/**
 * Size of one BatchWriteItem on the wire. The guide says 16 MB; this is the smaller reading of it, and some room is left
 * for the frame around the items.
 */
export const MAX_REQUEST_BYTES: number = 16_000_000 - 4096;

/** Size of a partition key's value. */
export const MAX_PARTITION_KEY_BYTES = 2048;

/** Size of a sort key's value. */
export const MAX_SORT_KEY_BYTES = 1024;

/** Levels of an item, the attribute itself being the first. */
export const MAX_LEVELS = 32;

/** Size of an attribute's name: less than 64 KB. */
export const MAX_NAME_BYTES = 65_535;

/** Significant digits of a number. */
export const MAX_DIGITS = 38;

/** Power of ten of a number's first significant digit, at most. */
export const MAX_MAGNITUDE = 125;

/** Power of ten of a number's first significant digit, at least. */
export const MIN_MAGNITUDE = -130;

/** Size of an answer: all items of the largest request may come back, each character escaped. */
export const MAX_ANSWER_BYTES: number = 6 * 16_000_000;
