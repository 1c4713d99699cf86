/** What a person decides about the project, besides what the sample shows. */
export interface InitAnswers {
  /** Name of the feed, in lower case with hyphens, such as `prices`. @default the file's name without suffixes and dates */
  readonly feed?: string;
  /** The sample itself; it becomes the project's test file. Give a part that parses if the file is large. */
  readonly sample: Uint8Array;
  /** Name of the table that rows land in. @default `landing_table` */
  readonly table?: string;
  /** Bucket in which files arrive. @default `FEED-landing` */
  readonly bucket?: string;
  /** Whether to add a Lambda handler and a SAM template. @default 'none' */
  readonly deploy?: 'sam' | 'none';
  /** Version range of the Millrace packages in `package.json`. @default that of this package */
  readonly version?: string;
}
