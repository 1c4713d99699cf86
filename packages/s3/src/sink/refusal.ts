/** Why the sink does not take a record. Thrown while the record is turned into text, and caught there. */
export class RecordRefused extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}

export function recordInvalid(message: string, cause?: unknown): RecordRefused {
  return new RecordRefused('S3_RECORD_INVALID', message, cause);
}
