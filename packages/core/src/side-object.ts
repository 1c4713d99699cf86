/** Names of files that tools leave beside data. */
const NAMES: ReadonlySet<string> = new Set(['_SUCCESS', '.DS_Store']);

/**
 * Whether an object is not a file that somebody sent, but what a tool leaves beside files: a folder of the S3 console (`in/`)
 * or of Hadoop (`in_$folder$`), both without content; `_SUCCESS` of Spark; `.DS_Store` and what is in `__MACOSX` of macOS.
 *
 * @param key the object's key, with slashes between folders
 * @param size bytes in it; `undefined` if nobody knows, which counts as none
 */
export function isSideObject(key: string, size: number | undefined): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1);
  if (name === '' || name.endsWith('_$folder$')) return (size ?? 0) === 0;
  return NAMES.has(name) || /(?:^|\/)__MACOSX\//.test(key);
}
