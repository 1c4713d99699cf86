import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { MillraceError } from '@millrace/core';
import { check, checkOptions, type Context, type Entry } from '@millrace/core/plugin';
import { attributeValues, type Item } from './attribute-values.ts';
import { late } from './late-body.ts';
import { logAsIs } from './log-as-is.ts';
import { isObject, shapedResponse } from './response.ts';
import type { Sender } from './sender.ts';
import { verified } from './verified-command.ts';

/** The attributes by which two versions of an object are compared. */
export interface KeepNewestOptions {
  /** Attribute that names the object. @default 'source' */
  readonly source?: string;
  /** Attribute with the generation of the object's version. @default 'generation' */
  readonly generation?: string;
  /** Attribute with the record's number in the object; a replay compares it too. @default 'ordinal' */
  readonly ordinal?: string;
}

/** {@link KeepNewestOptions} with their defaults. */
export type NewestNames = Required<KeepNewestOptions>;

/** The names that `landingItem` gives by default. */
export const DEFAULT_NAMES: NewestNames = { source: 'source', generation: 'generation', ordinal: 'ordinal' };

/** @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID` */
export function newestNames(options: boolean | KeepNewestOptions | undefined): NewestNames | undefined {
  if (options === undefined || options === false) return undefined;
  const given = options === true ? {} : options;
  checkOptions<KeepNewestOptions>('dynamodbSink keepNewest', given, {
    source: check.optional(check.text),
    generation: check.optional(check.text),
    ordinal: check.optional(check.text),
  });
  const { source = 'source', generation = 'generation', ordinal = 'ordinal' } = given;
  return { source, generation, ordinal };
}

/** Returns whether a record says which version of which object it is from, as `landingItem` has it with a natural key. */
export function bringsGeneration({ value, generation }: Entry<unknown>, names: NewestNames): boolean {
  if (generation === undefined || !isObject(value)) return false;
  return value[names.generation] === generation && typeof value[names.source] === 'string';
}

/**
 * Throws unless a record says which version of which object it is from, as `landingItem` with a natural key does. A write
 * without that would silently keep no promise.
 *
 * @throws MillraceError `DYNAMODB_GENERATION_MISSING`
 */
export function checkGeneration(entry: Entry<unknown>, names: NewestNames): void {
  const { generation, item } = entry;
  const missing = (problem: string): MillraceError =>
    new MillraceError('DYNAMODB_GENERATION_MISSING', `keepNewest cannot compare versions: ${problem}`, {
      details: { source: names.source, generation: names.generation, object: item.uri },
    });
  if (generation === undefined) {
    throw missing("the run counts no generations. Give it a ledger and versions: 'newest', or leave keepNewest out.");
  }
  if (!bringsGeneration(entry, names)) {
    throw missing(
      `records need the attributes ${JSON.stringify(names.source)} and ${JSON.stringify(names.generation)}. Use landingItem ` +
        'with a natural key as the last transform; keys by place need no keepNewest.',
    );
  }
}

const UNLESS_NEWER =
  'attribute_not_exists(#key) OR #source <> :source OR attribute_not_exists(#generation) OR #generation <= :generation';
const UNLESS_LATER =
  'attribute_not_exists(#key) OR #source <> :source OR attribute_not_exists(#generation) OR #generation < :generation OR ' +
  '(#generation = :generation AND (attribute_not_exists(#ordinal) OR #ordinal <= :ordinal))';

/** How a {@link newestSender} puts items. */
export interface NewestSending {
  readonly table: string;
  readonly partitionKey: string;
  readonly names: NewestNames;
  /**
   * Whether a later record of the same version stays too, as a replay needs it. A run must not compare ordinals: it brings the
   * records of a key in order, and once the feed was changed, those of an earlier attempt are numbered in another way.
   */
  readonly byOrdinal: boolean;
}

/** The condition on which an item may replace the one that has its key, as members of a PutItem. */
function condition(item: Item, { partitionKey, names, byOrdinal }: NewestSending): Partial<PutItemCommandInput> {
  const { source, generation, ordinal } = names;
  const number = byOrdinal ? item[ordinal] : undefined;
  const compares = number?.N !== undefined;
  return {
    ConditionExpression: compares ? UNLESS_LATER : UNLESS_NEWER,
    ExpressionAttributeNames: {
      '#key': partitionKey,
      '#source': source,
      '#generation': generation,
      ...(compares && { '#ordinal': ordinal }),
    },
    ExpressionAttributeValues: {
      ':source': item[source]!,
      ':generation': item[generation]!,
      ...(compares && { ':ordinal': number }),
    },
  };
}

/**
 * Makes a sender that puts one item on the condition that no newer version of the same object has put it. An item that a
 * newer version owns stays, counts as accepted, and is counted as `superseded`.
 *
 * Sending it again after its response was lost does no harm: the condition allows the same generation.
 */
export function newestSender(
  sending: NewestSending,
  client: Sender['client'],
  count: Context['count'],
): Pick<Sender, 'send'> {
  return {
    send: async ([item], abortSignal) => {
      const Item = attributeValues(item!);
      const input: PutItemCommandInput = {
        TableName: sending.table,
        Item,
        ...condition(Item, sending),
        ReturnConsumedCapacity: 'TOTAL',
      };
      const command = late(verified(new PutItemCommand(input), client().config), client(), abortSignal);
      logAsIs(command.middlewareStack as unknown as DynamoDBClient['middlewareStack']);
      try {
        const output = await client().send(command, { abortSignal });
        // A put returns nothing else that shows that it was done.
        const { ConsumedCapacity, $metadata } = shapedResponse('PutItem', output, () =>
          Number.isFinite(output.ConsumedCapacity?.CapacityUnits),
        );
        return { unprocessed: [], writeUnits: ConsumedCapacity!.CapacityUnits!, attempts: $metadata?.attempts ?? 1 };
      } catch (thrown) {
        if (!(thrown instanceof ConditionalCheckFailedException)) throw thrown;
        count('superseded');
        return { unprocessed: [], writeUnits: 0, attempts: thrown.$metadata?.attempts ?? 1 };
      }
    },
  };
}
