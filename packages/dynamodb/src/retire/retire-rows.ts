import type { GenerationRows, PlacedRows, RetiredCounts, RetiredRows } from '@millrace/core/plugin';
import { allSettled } from '../deliver.ts';
import { retiredKeys } from './retired-keys.ts';
import {
  type Condition,
  deleteRowIf,
  deleteRows,
  type Key,
  MAX_GET_KEYS,
  present,
  type RowsSettings,
  scannedKeys,
} from './table-rows.ts';

/** Requests in flight for one call. */
const LANES = 4;

/** Deletes rows that a sink has landed; in a dry run it only looks which are there. */
export function retireRows(rows: RetiredRows, settings: RowsSettings): Promise<RetiredCounts> {
  return rows.by === 'place'
    ? retirePlaced(rows, rows.dryRun, settings)
    : retireGenerations(rows, rows.dryRun, settings);
}

/**
 * Looks each key up before it deletes it: a read costs a fifth of a write, and most keys of packs and branches that were
 * computed are not there.
 */
async function retirePlaced(rows: PlacedRows, dryRun: boolean, settings: RowsSettings): Promise<RetiredCounts> {
  const chunks = chunked(retiredKeys(rows, settings.keys));
  const counts = { considered: 0, deleted: 0 };
  const lane = async (): Promise<void> => {
    for (const keys of chunks) {
      const found = await present(keys, settings);
      if (!dryRun) await deleteRows(found, settings);
      counts.considered += keys.length;
      counts.deleted += found.length;
    }
  };
  await allSettled(Array.from({ length: LANES }, lane));
  return counts;
}

/** Scans the table for rows of the generations and deletes each on the condition that it still is of one of them. */
async function retireGenerations(
  { names, feed, source, from, to }: GenerationRows,
  dryRun: boolean,
  settings: RowsSettings,
): Promise<RetiredCounts> {
  const condition: Condition = {
    expression: '#feed = :feed AND #source = :source AND #generation >= :from AND #generation < :to',
    names: { '#feed': names.feed, '#source': names.source, '#generation': names.generation },
    values: { ':feed': { S: feed }, ':source': { S: source }, ':from': { N: `${from}` }, ':to': { N: `${to}` } },
  };
  const counts = { considered: 0, deleted: 0 };
  for await (const { scanned, found } of scannedKeys(condition, settings)) {
    counts.considered += scanned;
    if (dryRun) {
      counts.deleted += found.length;
      continue;
    }
    const keys = found.values();
    const lane = async (): Promise<void> => {
      for (const key of keys) if (await deleteRowIf(key, condition, settings)) counts.deleted += 1;
    };
    await allSettled(Array.from({ length: LANES }, lane));
  }
  return counts;
}

/** One iterator that several lanes take from in turn. */
function* chunked(keys: Iterable<Key>): Generator<readonly Key[]> {
  let chunk: Key[] = [];
  for (const key of keys) {
    if (chunk.push(key) < MAX_GET_KEYS) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
