import { isDeepStrictEqual } from 'node:util';
import type { Counts, ItemReport, Ledger, Rejection } from '@millrace/core';
import type { ChaosObject } from './chaos-objects.ts';
import type { KeptRejections } from './kept-rejections.ts';
import type { Fate } from './sample-object.ts';

type RecordCounts = Omit<Counts, 'bytesIn' | 'bytesDecoded'>;

/** Checks that an object became complete, and that the report of the run that completed it has the counts of its records. */
export function reportProblems(reports: readonly ItemReport[], { fates }: ChaosObject): readonly string[] {
  const last = reports.findLast(({ outcome }) => outcome === 'complete');
  const isDuplicate = reports.at(-1)?.outcome === 'duplicate';
  if (last === undefined && !isDuplicate) return [`never complete: ${storyOf(reports)}`];
  return [
    ...reports.flatMap((report) => (isBalanced(report) ? [] : [`counts do not add up: ${JSON.stringify(report)}`])),
    ...(last === undefined ? [] : countProblems('the report', last, fates)),
  ];
}

/** Checks that the ledger has one entry for the object, complete, with the counts of the run that completed it. */
export async function ledgerProblems(
  ledger: Ledger,
  reports: readonly ItemReport[],
  { fates, landed }: ChaosObject,
  isDamaged: boolean,
): Promise<readonly string[]> {
  const entries = await ledger.entries(landed.feed, landed.uri);
  const [entry] = entries;
  if (entries.length !== 1 || entry === undefined) return [`the ledger has ${entries.length} entries`];
  const { state, watermark, report, rejected } = entry;
  if (state !== 'complete' || watermark !== fates.length || report?.outcome !== 'complete')
    return [`the ledger says ${state} at ${watermark} of ${fates.length}`];
  const mustReject = fates.filter(({ kind }) => kind === 'rejected').length;
  const complete = reports.findLast(({ outcome }) => outcome === 'complete');
  return [
    ...countProblems("the ledger's report", report, fates),
    ...(complete === undefined || isDeepStrictEqual(countsOf(complete), countsOf(report))
      ? []
      : [`the ledger's report is not that of the run: ${JSON.stringify(countsOf(report))}`]),
    // What a damaged read rejected is counted, too.
    ...((isDamaged ? rejected >= mustReject : rejected === mustReject)
      ? []
      : [`the ledger counts ${rejected} rejections of ${mustReject}: ${storyOf(reports)}`]),
  ];
}

/**
 * Checks that each expected rejection is there once, with reason, raw text and line, and no other but those that a damaged
 * read explains. Returns the number of those.
 */
export function quarantineProblems(
  kept: KeptRejections,
  damagedReads: readonly ItemReport[],
  { fates, landed }: ChaosObject,
  problems: string[],
): number {
  const expected = new Map(
    fates.flatMap((fate, ordinal) => (fate.kind === 'rejected' ? [[ordinal, fate] as const] : [])),
  );
  const ofObject = ({ item }: Rejection): boolean => item.uri === landed.uri;
  const noted = new Set(
    kept
      .notes()
      .filter(ofObject)
      .map(({ run }) => run),
  );
  const damaged = new Set(damagedReads.map(({ run }) => run));
  let suspect = 0;
  const others: Rejection[] = [];
  for (const rejection of kept.records().filter(ofObject)) {
    const { ordinal, code, raw, line, run } = rejection;
    const fate = expected.get(ordinal);
    const same = fate !== undefined && isDeepStrictEqual([code, raw, line], [fate.code, fate.raw, fate.line]);
    if (same) expected.delete(ordinal);
    else if (damaged.has(run) && noted.has(run)) suspect += 1;
    else others.push(rejection);
  }
  if (expected.size > 0) problems.push(`not in quarantine: ordinals ${[...expected.keys()].slice(0, 10).join(', ')}`);
  if (others.length > 0) problems.push(`wrongly in quarantine: ${JSON.stringify(others[0]).slice(0, 500)}`);
  return suspect;
}

/**
 * Whether the read failed because bytes were damaged on their way; what it emitted before counts for nothing (contract 3.4).
 *
 * @param flipped whether a byte was changed in this scenario: then a read that failed for another reason, and did not come
 *   to the checksum, may have been the one
 */
export function sawDamage({ outcome, error }: ItemReport, flipped: boolean): boolean {
  return outcome === 'failed' && (flipped || /^(GZIP|ENCODING)_|^S3_BODY_CORRUPT$/.test(error?.code ?? ''));
}

/** A run that passed over the first records has settled all that follow. */
function countProblems(what: string, report: ItemReport, fates: readonly Fate[]): readonly string[] {
  const { skipped } = report;
  const rest = fates.slice(skipped);
  const count = (kind: Fate['kind']): number => rest.filter((fate) => fate.kind === kind).length;
  const expected: RecordCounts = {
    read: fates.length,
    expanded: 0,
    written: count('written'),
    rejected: count('rejected'),
    dropped: count('dropped'),
    skipped,
    unsettled: 0,
  };
  const counts = countsOf(report);
  if (isDeepStrictEqual(counts, expected)) return [];
  return [`${what} counts ${JSON.stringify(counts)} instead of ${JSON.stringify(expected)}`];
}

function isBalanced({ read, expanded, written, rejected, dropped, skipped, unsettled }: Counts): boolean {
  return read + expanded === written + rejected + dropped + skipped + unsettled;
}

function countsOf({ read, expanded, written, rejected, dropped, skipped, unsettled }: Counts): RecordCounts {
  return { read, expanded, written, rejected, dropped, skipped, unsettled };
}

function storyOf(reports: readonly ItemReport[]): string {
  return reports.map(({ outcome, error }) => `${outcome} ${error?.code ?? ''}`.trim()).join(', ');
}
