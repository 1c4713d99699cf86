import type { NameSettings } from './xml-names.ts';

/** The options of `parseXml`, with their defaults. */
export interface XmlSettings extends NameSettings {
  /** Steps of a path from the root, or the one name of an element anywhere. */
  readonly record: readonly string[];
  readonly isPath: boolean;
  readonly trim: boolean;
  readonly onMissing: 'fail' | 'skip';
  readonly maxRecordChars: number;
  readonly maxDepth: number;
  readonly maxAttributes: number;
  readonly maxMarkupChars: number;
}
