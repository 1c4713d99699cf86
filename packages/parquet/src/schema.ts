import type { SchemaElement } from 'hyparquet';
import { type LeafOptions, type LeafValues, leafValues } from './leaf-values.ts';
import { columnInvalid, invalid, unsupported, type NamedColumn } from './parquet-error.ts';
import type { ValueLayout } from './value-reader.ts';

/** A field of a record, or of what a record holds. */
export type Field = Leaf | Group;

interface Place {
  readonly name: string;
  readonly repeated: boolean;
  /** The definition level from which on it is there. */
  readonly definition: number;
  /** The repetition level of one more of it. */
  readonly repetition: number;
}

/** A column of the file. */
export interface Leaf extends Place {
  readonly shape: 'leaf';
  /** Its number in each row group. */
  readonly column: number;
  /** Names from the top, joined by dots. */
  readonly path: string;
  readonly layout: ValueLayout;
  readonly values: LeafValues;
}

export interface Group extends Place {
  readonly shape: 'struct' | 'list' | 'map';
  readonly fields: readonly Field[];
}

const MAX_DEPTH = 32;

export interface SchemaOptions extends Omit<LeafOptions, 'bigint' | keyof NamedColumn> {
  readonly bigint: (path: string) => boolean;
}

/** Fields of a record in the order of the file. Reads schemas as the format describes them, with its rules for old lists. */
export function schemaFields(elements: readonly SchemaElement[], options: SchemaOptions): readonly Field[] {
  let at = 1;
  let columns = 0;

  const field = (parent: Pick<Place, 'definition' | 'repetition'>, above: string, depth: number): Field => {
    const element = elements[at++];
    if (element === undefined || depth > MAX_DEPTH) throw invalid('Its schema does not fit together');
    const { name, repetition_type: how, num_children: count } = element;
    if (typeof name !== 'string') throw invalid('Its schema has a field without a name');
    // Assigning to it would set the prototype, or be lost.
    if (name === '__proto__') throw unsupported('It has a field of the name __proto__');
    const repeated = how === 'REPEATED';
    const place: Place = {
      name,
      repeated,
      // Some versions of fastparquet leave it out where it is REQUIRED, the first of Thrift's values.
      definition: parent.definition + (repeated || how === 'OPTIONAL' ? 1 : 0),
      repetition: parent.repetition + (repeated ? 1 : 0),
    };
    const path = above === '' ? name : `${above}.${name}`;
    if (element.type !== undefined) return leaf(place, element, path);
    // A group says how many fields it has. What says neither is a column of a type that the format does not have.
    if (count === undefined) throw columnInvalid({ column: columns, path }, 'has no type of the Parquet format');
    const fields = Array.from({ length: children(count, elements.length) }, () => field(place, path, depth + 1));
    assertDistinct(fields);
    return { ...place, shape: shapeOf(element, fields), fields };
  };

  const leaf = (place: Place, element: SchemaElement, path: string): Leaf => {
    const { type, type_length: length = 0 } = element;
    if (type === 'FIXED_LEN_BYTE_ARRAY' && !(length > 0))
      throw columnInvalid({ column: columns, path }, 'has values of no length');
    const values = leafValues(element, { ...options, bigint: options.bigint(path), column: columns, path });
    return { ...place, shape: 'leaf', column: columns++, path, layout: { type: type!, length }, values };
  };

  // A frame without columns, as writers export it. Its root says 0 children, or nothing.
  if (elements.length === 1 && (elements[0]!.num_children ?? 0) === 0) return [];
  const count = children(elements[0]?.num_children, elements.length);
  const fields = Array.from({ length: count }, () => field({ definition: 0, repetition: 0 }, '', 1));
  if (at !== elements.length) throw invalid('Its schema does not fit together');
  assertDistinct(fields);
  return fields;
}

/** The columns that a field is made of. */
export function leavesOf(field: Field): readonly Leaf[] {
  return field.shape === 'leaf' ? [field] : field.fields.flatMap(leavesOf);
}

function children(count: number | undefined, most: number): number {
  if (count === undefined || !(count > 0 && count < most)) throw invalid('Its schema has a group without fields');
  return count;
}

function assertDistinct(fields: readonly Field[]): void {
  const names = new Set(fields.map(({ name }) => name));
  if (names.size !== fields.length) throw unsupported('It has two fields of the same name');
}

function shapeOf(element: SchemaElement, fields: readonly Field[]): Group['shape'] {
  const { converted_type: old, logical_type: logical } = element;
  const [only] = fields;
  if (fields.length !== 1 || !only!.repeated) return 'struct';
  if (old === 'LIST' || logical?.type === 'LIST') return 'list';
  const isMap = old === 'MAP' || old === 'MAP_KEY_VALUE' || logical?.type === 'MAP';
  if (isMap && only!.shape !== 'leaf' && only!.fields.length === 2 && !only!.fields[0]!.repeated) return 'map';
  return 'struct';
}
