import { MillraceError } from '../millrace-error.ts';
import type { QuarantineStore } from '../quarantine-store.ts';
import type { Rejection } from '../rejection.ts';
import { rejectionFromJson } from '../rejection-json.ts';
import { rejectionPosition } from '../rejection-position.ts';
import { firstOrdinal } from './keys.ts';

/** The text of one part. */
interface Part {
  readonly key: string;
  readonly putAt: number;
  readonly lines: readonly string[];
}

/** A part that is being read, and the rejection that comes next in it. */
interface Cursor extends Part {
  readonly line: number;
  readonly next: Rejection;
  readonly position: string;
}

/**
 * The rejections of an item's parts in the order of their positions. Runs that cut their batches differently may each have
 * kept a record: the newest part's is taken. A part is read when its turn comes, so that those in memory are those that
 * overlap, mostly one.
 */
export async function* mergeParts(
  store: QuarantineStore,
  keys: readonly string[],
): AsyncGenerator<Rejection, void, undefined> {
  const waiting = keys.toSorted((a, b) => firstOrdinal(a) - firstOrdinal(b));
  let open: readonly Cursor[] = [];
  for (;;) {
    let lowest = open.reduce<Cursor | undefined>(earlier, undefined);
    while (waiting.length > 0 && (lowest === undefined || firstOrdinal(waiting[0]!) <= lowest.next.ordinal)) {
      const cursor = await openPart(store, waiting.shift()!);
      if (cursor === undefined) continue;
      open = [...open, cursor];
      lowest = earlier(lowest, cursor);
    }
    if (lowest === undefined) return;
    const { position } = lowest;
    const kept = open.filter((cursor) => cursor.position === position);
    yield kept.reduce((a, b) => (b.putAt > a.putAt ? b : a)).next;
    open = open.flatMap((cursor) =>
      cursor.position === position ? (cursorAt(cursor, cursor.line + 1) ?? []) : [cursor],
    );
  }
}

function earlier(a: Cursor | undefined, b: Cursor): Cursor {
  return a === undefined || b.position < a.position ? b : a;
}

async function openPart(store: QuarantineStore, key: string): Promise<Cursor | undefined> {
  const { text, putAt } = await store.get(key);
  return cursorAt({ key, putAt, lines: text.split('\n') }, 0);
}

function cursorAt({ key, putAt, lines }: Part, line: number): Cursor | undefined {
  const text = lines[line];
  if (text === undefined || (text === '' && line === lines.length - 1)) return undefined;
  try {
    const next = rejectionFromJson(text);
    return { key, putAt, lines, line, next, position: rejectionPosition(next) };
  } catch (cause) {
    throw unreadable(key, `line ${line + 1} is no rejection`, cause);
  }
}

export function unreadable(key: string, what: string, cause?: unknown): MillraceError {
  return new MillraceError(
    'QUARANTINE_UNREADABLE',
    `${key} of the quarantine: ${what}. Something else has written or changed it; move it away to read the others.`,
    { cause, details: { key } },
  );
}
