import type { CopiedFields } from './json-path.ts';
import type { CopiedValues } from './json-records.ts';

/** The fields of the objects around the records that were read so far and are copied into them. */
export class JsonCopies {
  readonly #fields: CopiedFields;
  readonly #isWanted: boolean;
  #values: Record<string, unknown> = {};

  constructor(fields: CopiedFields) {
    this.#fields = fields;
    this.#isWanted = fields.some(({ size }) => size > 0);
  }

  /** The values for the next record, or `undefined` if no field is ever copied. */
  get values(): CopiedValues | undefined {
    return this.#isWanted ? this.#values : undefined;
  }

  /** Whether the object of step `level` has a field `name` to copy. */
  has(level: number, name: string): boolean {
    return this.#fields[level]?.has(name) === true;
  }

  take(level: number, name: string, value: unknown): void {
    this.#values = { ...this.#values, [this.#fields[level]!.get(name)!]: value };
  }

  /** Forgets the fields of the object of step `level`, which opens again, and of those within it. */
  forget(level: number): void {
    if (!this.#isWanted) return;
    const kept = new Set(this.#fields.slice(0, level).flatMap((fields) => [...fields.values()]));
    this.#values = Object.fromEntries(Object.entries(this.#values).filter(([target]) => kept.has(target)));
  }
}
