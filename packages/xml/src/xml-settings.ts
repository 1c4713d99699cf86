/** What `parseXml` was told, with its defaults. */
export interface XmlSettings {
  /** Steps of a path from the root, or the one name of an element anywhere. */
  readonly record: readonly string[];
  readonly isPath: boolean;
  readonly arrays: ReadonlySet<string> | 'all';
  readonly stripPrefixes: boolean;
  readonly trim: boolean;
  readonly onMissing: 'fail' | 'skip';
  readonly maxRecordChars: number;
  readonly maxDepth: number;
  readonly maxAttributes: number;
  readonly maxMarkupChars: number;
  /** A name as records have it: with its prefix or without. */
  readonly nameOf: (qualified: string) => string;
}
