const BRAND: unique symbol = Symbol.for('@millrace/rejected');

/** Where a record stood in its item, as far as the codec that framed it knows. */
export interface RecordPlace {
  /** The record as it was received: text, or bytes where it could not be decoded. */
  readonly raw?: string | Uint8Array | undefined;
  /** Line in the decoded item on which the record starts, from 1. */
  readonly line?: number | undefined;
  /** Offset in bytes of the decompressed item at which the record starts, where the codec knows it. */
  readonly byteOffset?: number | undefined;
}

/** A record that a codec could frame but not parse. */
export interface RejectedRecord extends RecordPlace {
  /** Stable code of the reason, such as `NDJSON_INVALID`. */
  readonly code: string;
  readonly message: string;
  /** Machine-readable facts, such as the columns that a row should have had; `reparse` gets them back. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** Stands in a codec's output for a record that it rejects; made by `context.reject`. */
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
