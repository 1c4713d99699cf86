import { decodeKept, encodeKept, Unkeepable } from './kept-value.ts';
import { MillraceError } from './millrace-error.ts';
import type { Rejection } from './rejection.ts';

/**
 * Encodes a rejection as one line of JSON, without a line break: the form in which quarantines keep it. Its value comes back
 * as it was, prototypes included: plain objects and arrays, holes and `undefined`, numbers of all kinds, bigints, decimals,
 * dates, maps, sets, and bytes in every form.
 *
 * A value that cannot come back as it was is left out as a whole, and so are such details; `details.valueLeftOut` and
 * `details.detailsLeftOut` say why. That concerns instances of classes, functions, symbols, hidden members, and what is
 * nested more than 500 levels deep or holds itself. The raw text is kept in any case, so that a replay can parse it again.
 */
export function rejectionToJson(rejection: Rejection): string {
  const { value, details, ...rest } = rejection;
  const line: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(rest)) if (member !== undefined) line[name] = encodeKept(member);
  let facts = details;
  let detailsKept = facts && kept(facts);
  if (detailsKept !== undefined && 'leftOut' in detailsKept) {
    facts = { detailsLeftOut: detailsKept.leftOut };
    detailsKept = kept(facts);
  }
  if ('value' in rejection) {
    const valueKept = kept(value);
    if ('encoded' in valueKept) line['value'] = valueKept.encoded;
    else detailsKept = kept({ ...facts, valueLeftOut: valueKept.leftOut });
  }
  if (detailsKept !== undefined && 'encoded' in detailsKept) line['details'] = detailsKept.encoded;
  return JSON.stringify(line);
}

/** What a value becomes, or why it is left out. */
function kept(value: unknown): { readonly encoded: unknown } | { readonly leftOut: string } {
  try {
    return { encoded: encodeKept(value) };
  } catch (thrown) {
    // A getter or a proxy may throw whatever it likes.
    return { leftOut: thrown instanceof Unkeepable ? thrown.message : 'it cannot be read' };
  }
}

/**
 * Decodes the rejection that {@link rejectionToJson} made a line of.
 *
 * @throws MillraceError `REJECTION_UNREADABLE` if the line is not such a rejection; the error does not quote it
 */
export function rejectionFromJson(line: string): Rejection {
  let value: unknown;
  try {
    value = decodeKept(JSON.parse(line));
  } catch (cause) {
    throw unreadable('is not valid JSON, or not in the form of rejectionToJson', line, cause);
  }
  const { feed, item, ordinal, stage, code } = (value ?? {}) as Partial<Rejection>;
  if (
    typeof feed === 'string' &&
    item?.id !== undefined &&
    ordinal !== undefined &&
    stage !== undefined &&
    code !== undefined
  ) {
    return value as Rejection;
  }
  throw unreadable('lacks its feed, item, ordinal, stage or code', line);
}

function unreadable(why: string, line: string, cause?: unknown): MillraceError {
  return new MillraceError(
    'REJECTION_UNREADABLE',
    `A line of ${line.length} characters is not a rejection: it ${why}.`,
    {
      cause,
      details: { length: line.length },
    },
  );
}
