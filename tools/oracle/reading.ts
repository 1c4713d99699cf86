/** What was read of a file, as a digest of canonical lines. */
export interface Read {
  readonly kind: 'read';
  readonly lines: number;
  readonly sha256: string;
  /** What the reader found that the other needs to know, such as the number of `fields`. */
  readonly facts: Readonly<Record<string, number>>;
}

/** The file was not read, or not all of it. */
export interface Refused {
  readonly kind: 'refused';
  /** A code of Millrace (several, sorted, joined by commas, for rejected records), or the name of a Python exception. */
  readonly code: string;
  readonly message: string;
}

/** What one reader made of one file. */
export type Reading = Read | Refused;
