import type { ObjectResult } from '../object-result.ts';

/**
 * Longest result string, in characters that are all ASCII. AWS names no limit for it; it is that of a line's other column
 * of free length, the key, so that no line of a completion report is out of proportion.
 */
const LONGEST = 1024;

/**
 * One line of a completion report, which is a CSV file: outcome, counts and what went wrong, without commas, quotes or line
 * breaks of ours to escape. What a message holds of them, and all that is not ASCII, is replaced.
 */
export function resultString(results: readonly ObjectResult[]): string {
  const line = results
    .map(describe)
    .join(' | ')
    .replaceAll(/["\n\r,]/g, ' ')
    .replaceAll(/[^\u0020-\u007e]/g, '?');
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 3)}...` : line;
}

function describe({ outcome, feed, report, error }: ObjectResult): string {
  const parts = [outcome, error?.code, feed && `feed=${feed}`];
  if (report !== undefined) {
    const { read, expanded, written, rejected, dropped, skipped, unsettled, watermark, run } = report;
    const counts = { read, expanded, written, rejected, dropped, skipped, unsettled, watermark, run };
    parts.push(...Object.entries(counts).map(([name, value]) => `${name}=${value}`));
  }
  return [...parts, error && `: ${error.message}`].filter(Boolean).join(' ');
}
