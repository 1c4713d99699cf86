const BRAND: unique symbol = Symbol.for('@millrace/rejected');

/** Where a record is in its object, as far as the parser knows. */
export interface RecordPlace {
  /** The record as it was received: text, or bytes where it could not be decoded. */
  readonly raw?: string | Uint8Array | undefined;
  /** Line in the decoded item on which the record starts, from 1. */
  readonly line?: number | undefined;
  /** Offset in bytes of the decompressed item at which the record starts, if the parser knows it. */
  readonly byteOffset?: number | undefined;
}

/** A record whose bounds a parser found but that it could not parse. */
export interface RejectedRecord extends RecordPlace {
  /** Stable code of the reason, such as `NDJSON_INVALID`. */
  readonly code: string;
  readonly message: string;
  /** Machine-readable facts, such as the columns that a row should have had; `reparse` gets them back. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** Takes the place of a record that a parser rejects; made by `context.reject`. */
export interface Rejected {
  readonly [BRAND]: RejectedRecord;
}

export function rejected(record: RejectedRecord): Rejected {
  return { [BRAND]: record };
}

/** The rejected record behind a marker, or `undefined` for any other value. */
export function rejectedRecord(value: unknown): RejectedRecord | undefined {
  return typeof value === 'object' && value !== null ? (value as Partial<Rejected>)[BRAND] : undefined;
}
