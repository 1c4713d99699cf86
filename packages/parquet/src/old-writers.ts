/** The first version of parquet-mr that counts the header of a dictionary page. */
const FIXED = [1, 2, 9] as const;

/**
 * Whether the writer of a file left the header of each dictionary page out of the column's length: parquet-mr did before 1.2.9,
 * and does not name its version in the oldest files. https://issues.apache.org/jira/browse/PARQUET-816
 *
 * @param createdBy what the footer says, such as `parquet-mr version 1.2.8 (build 1234)`
 */
export function omitsDictionaryHeader(createdBy: string | undefined): boolean {
  const match = /^parquet-mr(?: version (\d+)\.(\d+)\.(\d+))?/.exec(createdBy ?? '');
  if (match === null) return false;
  for (const [index, fixed] of FIXED.entries()) {
    const number = Number(match[index + 1] ?? 0);
    if (number !== fixed) return number < fixed;
  }
  return false;
}
