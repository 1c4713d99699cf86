import type { Entries } from './column-reader.ts';
import { BadValue } from './leaf-values.ts';
import { invalid } from './parquet-error.ts';
import { type Field, type Group, type Leaf, leavesOf } from './schema.ts';

/**
 * Puts the columns of one field together again, record by record: structs, lists and maps, from the repetition and definition
 * levels of their columns. https://parquet.apache.org/docs/file-format/nestedencoding/
 */
export class FieldAssembly {
  readonly #cursors: Map<Leaf, Cursor>;
  readonly #leaves: Map<Field, readonly Cursor[]> = new Map();
  readonly #field: Field;

  constructor(field: Field, entries: ReadonlyMap<Leaf, Entries>) {
    this.#field = field;
    this.#cursors = new Map(leavesOf(field).map((leaf) => [leaf, new Cursor(entries.get(leaf)!)]));
  }

  /** The field's value in the next record. */
  next(): unknown {
    for (const cursor of this.#cursors.values()) if (cursor.repetition !== 0) throw misfit();
    return this.#of(this.#field);
  }

  #of(field: Field): unknown {
    return field.repeated ? this.#repeated(field) : this.#single(field);
  }

  #single(field: Field): unknown {
    if (field.shape === 'leaf') return this.#cursors.get(field)!.take(field.definition);
    return this.#isThere(field) ? this.#group(field) : null;
  }

  #repeated(field: Field): unknown[] {
    const values: unknown[] = [];
    if (!this.#isThere(field)) return values;
    const first = this.#under(field)[0]!;
    do {
      values.push(field.shape === 'leaf' ? first.take(field.definition) : this.#group(field));
    } while (first.repetition === field.repetition);
    return values;
  }

  #group(group: Group): unknown {
    const [only] = group.fields;
    if (group.shape === 'list') return this.#elements(group, only!);
    if (group.shape === 'map') return this.#map(only as Group);
    const record: Record<string, unknown> = {};
    for (const field of group.fields) record[field.name] = this.#of(field);
    return record;
  }

  /** The group between a list and its elements has one field, and in old files a name of its own where it is the element. */
  #elements(list: Group, middle: Field): unknown[] {
    const isElement =
      middle.shape !== 'struct' ||
      middle.fields.length > 1 ||
      middle.name === 'array' ||
      middle.name === `${list.name}_tuple`;
    const values = this.#repeated(middle);
    if (isElement) return values;
    const { name } = middle.fields[0]!;
    return values.map((value) => (value as Readonly<Record<string, unknown>>)[name]);
  }

  /** An object where keys are text, else pairs. */
  #map(pairs: Group): unknown {
    const [key, value] = pairs.fields as readonly [Field, Field];
    const list = this.#repeated(pairs) as Readonly<Record<string, unknown>>[];
    if (key.shape !== 'leaf' || !key.values.text)
      return list.map((pair) => ({ key: pair[key.name], value: pair[value.name] }));
    const map: Record<string, unknown> = {};
    for (const pair of list) {
      const name = pair[key.name];
      if (name instanceof BadValue) return name;
      // Assigning to `__proto__` would set the prototype, or be lost.
      if (name === '__proto__') Object.defineProperty(map, name, { value: pair[value.name], ...OWN });
      else map[String(name)] = pair[value.name];
    }
    return map;
  }

  /** Whether the field is there at this place; where it is not, its columns have one entry that says so. */
  #isThere(field: Field): boolean {
    const cursors = this.#under(field);
    if (cursors[0]!.definition >= field.definition) return true;
    for (const cursor of cursors) cursor.pass();
    return false;
  }

  #under(field: Field): readonly Cursor[] {
    let cursors = this.#leaves.get(field);
    if (cursors === undefined) {
      cursors = leavesOf(field).map((leaf) => this.#cursors.get(leaf)!);
      this.#leaves.set(field, cursors);
    }
    return cursors;
  }
}

const OWN = { enumerable: true, writable: true, configurable: true } as const;

class Cursor {
  readonly #entries: Entries;
  #at = 0;
  #value = 0;

  constructor(entries: Entries) {
    this.#entries = entries;
  }

  /** -1 behind the last entry. */
  get repetition(): number {
    return this.#entries.repetitions[this.#at] ?? -1;
  }

  get definition(): number {
    const definition = this.#entries.definitions[this.#at];
    if (definition === undefined) throw misfit();
    return definition;
  }

  take(full: number): unknown {
    const value = this.definition === full ? this.#entries.values[this.#value++] : null;
    this.#at += 1;
    return value;
  }

  pass(): void {
    this.#at += 1;
  }
}

function misfit(): Error {
  return invalid('The columns of a nested field do not fit together');
}
