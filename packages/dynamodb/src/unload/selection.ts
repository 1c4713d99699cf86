import type { AttributeValue, ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { check, checkOptions } from '@millrace/core/plugin';
import { attributeValues } from '../attribute-values.ts';
import { marshal } from '../marshal.ts';
import { DEFAULT_NAMES, PACK_ATTRIBUTES } from '../pack/layout.ts';
import { isPack } from '../unpack.ts';

/** A value that an attribute is compared with. */
export type WhereValue = string | number | bigint | boolean;

/** A condition in DynamoDB's language of expressions. */
export interface ScanFilter {
  /** Such as `begins_with(#date, :day)`. */
  readonly expression: string;
  /** Names of attributes by their stand-ins, which begin with `#`. */
  readonly names?: Readonly<Record<string, string>>;
  /** Plain values by their stand-ins, which begin with `:`. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Which items of the table, and which of their attributes. */
export interface SelectionOptions {
  /**
   * Only items whose attributes have these values, or one of a list of them: `{ feed: 'prices' }`. Packs show feed, source and
   * `upload_date`. Items that are left out cost as much as others. @default all items
   */
  readonly where?: Readonly<Record<string, WhereValue | readonly WhereValue[]>>;
  /** A further condition. @default none */
  readonly filter?: ScanFilter;
  /** Only these attributes of each item. Records of packs come whole. It saves no read units. @default all attributes */
  readonly attributes?: readonly string[];
}

type Item = Record<string, AttributeValue>;

/** The part of a Scan that says what is wanted, and what is left to do about its answer. */
export interface Selection {
  readonly input: Pick<
    ScanCommandInput,
    'FilterExpression' | 'ProjectionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
  >;
  readonly trim: (item: Item) => Item;
}

/** What a pack cannot be read without. */
const OF_PACKS: readonly string[] = [
  ...Object.values(PACK_ATTRIBUTES),
  DEFAULT_NAMES.uuid,
  DEFAULT_NAMES.upload_date,
  DEFAULT_NAMES.feed,
  DEFAULT_NAMES.source,
];

/** @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` */
export function selectionOf({ where = {}, filter, attributes }: SelectionOptions): Selection {
  if (filter !== undefined) {
    checkOptions('dynamodbSource filter', filter, {
      expression: check.text,
      names: check.optional(check.object),
      values: check.optional(check.object),
    });
  }
  const names: Record<string, string> = { ...filter?.names };
  const values: Record<string, unknown> = { ...filter?.values };
  const conditions = Object.entries(where).map(([name, value], at) => {
    names[`#where${at}`] = name;
    const list = [value].flat();
    const places = list.map((_, index) => `:where${at}_${index}`);
    for (const [index, place] of places.entries()) values[place] = list[index];
    return `#where${at} IN (${places.join(', ')})`;
  });
  if (filter !== undefined) conditions.push(`(${filter.expression})`);
  const wanted = attributes && new Set([...attributes, ...OF_PACKS]);
  const projection = [...(wanted ?? [])].map((name, at) => {
    names[`#attribute${at}`] = name;
    return `#attribute${at}`;
  });
  const own = new Set(attributes);
  return {
    input: {
      ...(conditions.length > 0 && { FilterExpression: conditions.join(' AND ') }),
      ...(projection.length > 0 && { ProjectionExpression: projection.join(', ') }),
      ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: attributeValues(marshal(values)) }),
    },
    trim: (item) =>
      attributes === undefined || isPack(item)
        ? item
        : Object.fromEntries(Object.entries(item).filter(([name]) => own.has(name))),
  };
}

export function whereCheck(value: unknown): string | undefined {
  const isValue = (one: unknown): boolean => ['string', 'number', 'bigint', 'boolean'].includes(typeof one);
  const isWhere = (one: unknown): boolean =>
    Array.isArray(one) ? one.length > 0 && one.length <= 100 && one.every(isValue) : isValue(one);
  return typeof value === 'object' && value !== null && Object.values(value).every(isWhere)
    ? undefined
    : 'an object of values, or of lists of 1 to 100 values';
}

export function attributesCheck(value: unknown): string | undefined {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && one !== '')
    ? undefined
    : 'a list of names of attributes';
}
