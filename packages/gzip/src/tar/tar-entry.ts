/** A file of an archive, as its header describes it. */
export interface TarEntry {
  readonly name: string;
  /** Its size in bytes. */
  readonly size: number;
}
