import { isMillraceError, MillraceError } from '@millrace/core';
import type { Entry } from '@millrace/core/plugin';
import { type KeyNames, recordKeyIdentity } from './key-identity.ts';
import { MAX_ITEM_BYTES } from './limits.ts';
import { marshal } from './marshal.ts';
import type { Put } from './put.ts';
import { kindOfError, withoutMessage } from './without-message.ts';

/** How records become items. */
export interface Preparation extends KeyNames {
  readonly allowUnsafe: boolean;
}

/** The items of a write that can be sent, and how many entries were overwritten by a later one of the same key. */
export interface Prepared {
  readonly puts: readonly Put[];
  readonly duplicates: number;
}

/**
 * Turns the entries of a write into items. All that DynamoDB would refuse for its own sake is found here, because one
 * such item would cost the whole batch: `refuse` is told of each, and the others go on.
 */
export function prepare(
  entries: readonly Entry<unknown>[],
  preparation: Preparation,
  refuse: (position: number, error: MillraceError) => void,
): Prepared {
  const puts = new Map<string, Put>();
  let duplicates = 0;
  for (const [position, entry] of entries.entries()) {
    try {
      const item = marshal(entry.value, preparation.allowUnsafe);
      const { size } = item;
      const key = recordKeyIdentity(entry.value as object, preparation);
      if (size > MAX_ITEM_BYTES) throw tooLarge(size);
      const earlier = puts.get(key);
      if (earlier !== undefined) duplicates += 1;
      puts.set(key, { item, key, position, superseded: earlier });
    } catch (thrown) {
      refuse(position, isMillraceError(thrown) ? thrown : unreadable(thrown));
    }
  }
  return { puts: [...puts.values()], duplicates };
}

function tooLarge(size: number): MillraceError {
  return new MillraceError(
    'DYNAMODB_ITEM_TOO_LARGE',
    `The item has ${size} bytes; DynamoDB takes ${MAX_ITEM_BYTES}. Leave attributes out, or keep the large part in S3.`,
    { details: { bytes: size, limit: MAX_ITEM_BYTES } },
  );
}

/** A value of the record runs code, such as a getter or `toAttributeValue`, and that threw. */
function unreadable(thrown: unknown): MillraceError {
  const text = `Reading the record threw ${kindOfError(thrown)}. Map it to plain values.`;
  return new MillraceError('DYNAMODB_VALUE_UNSUPPORTED', text, { cause: withoutMessage(thrown) });
}
