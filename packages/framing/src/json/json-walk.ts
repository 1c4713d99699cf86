import type { MillraceError } from '@millrace/core';
import type { JsonCopies } from './json-copies.ts';
import { EACH, type JsonStep } from './json-path.ts';
import type { JsonPosition } from './json-position.ts';

const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** What may come next outside of values: a value, or the end of an empty array; a name, or the end of an object; … */
type Expected = 'value' | 'first value' | 'name' | 'first name' | 'colon' | 'comma';

/** What a value is read for. */
export type JsonPurpose = 'record' | 'name' | 'copy' | 'skip';

export interface JsonWalkSettings {
  readonly path: readonly JsonStep[];
  readonly concatenated: boolean;
  readonly onMissing: 'fail' | 'skip';
}

/**
 * Follows the path through the arrays and objects around the records. Whatever is not on it is a value, which the walk
 * leaves to its caller and goes on after.
 */
export class JsonWalk {
  readonly #settings: JsonWalkSettings;
  readonly #copies: JsonCopies;
  readonly #position: JsonPosition;
  /** Arrays and objects of the path that are open: the first so many steps. */
  #open = 0;
  #expected: Expected = 'value';
  /** Name of the field at hand. */
  #name = '';
  /** By open step: whether the field that leads on was met. */
  readonly #found: boolean[] = [];
  #documents = 0;

  constructor(settings: JsonWalkSettings, copies: JsonCopies, position: JsonPosition) {
    this.#settings = settings;
    this.#copies = copies;
    this.#position = position;
  }

  /** Whether no array or object of the path is open. */
  get isOutside(): boolean {
    return this.#open === 0;
  }

  /** Values that have ended at the outermost level. */
  get documents(): number {
    return this.#documents;
  }

  /** Name of the field at hand. */
  get name(): string {
    return this.#name;
  }

  /**
   * Takes the character at `index`, which is outside of values and not white space.
   *
   * @returns what the value that begins here is read for; `undefined` if the walk has taken the character
   * @throws MillraceError `JSON_INVALID`, `JSON_PATH_MISSING`, `JSON_FIELD_LATE`
   */
  step(code: number, index: number): JsonPurpose | undefined {
    const isArray = this.#isInArray;
    switch (this.#expected) {
      case 'comma':
        if (code === (isArray ? CLOSE_ARRAY : CLOSE_OBJECT)) this.#close(index);
        else if (code === COMMA) this.#expected = isArray ? 'value' : 'name';
        else throw this.#unexpected(index);
        return undefined;
      case 'colon':
        if (code !== COLON) throw this.#unexpected(index);
        this.#expected = 'value';
        return undefined;
      case 'first name':
      case 'name':
        if (code === CLOSE_OBJECT && this.#expected === 'first name') return this.#close(index);
        if (code !== QUOTE) throw this.#unexpected(index);
        return 'name';
      case 'first value':
      case 'value':
        if (code === CLOSE_ARRAY && this.#expected === 'first value') return this.#close(index);
        return this.#value(code, index);
    }
  }

  /** Goes on after the name of a field. */
  named(name: string): void {
    this.#name = name;
    this.#expected = 'colon';
  }

  /** Goes on after a field to copy. */
  copied(value: unknown): void {
    this.#copies.take(this.#open - 1, this.#name, value);
    this.ended();
  }

  /** Goes on after a value, at the level at hand. */
  ended(): void {
    if (this.#open === 0) this.#documents += 1;
    this.#expected = this.#open === 0 ? 'value' : 'comma';
  }

  get #isInArray(): boolean {
    return this.#open > 0 && this.#settings.path[this.#open - 1] === EACH;
  }

  /** A value begins at `index`. Opens it if the path leads into it, else says what it is read for. */
  #value(code: number, index: number): JsonPurpose | undefined {
    const { path, concatenated } = this.#settings;
    if (!beginsValue(code) || (this.#open === 0 && this.#documents > 0 && !concatenated)) throw this.#unexpected(index);
    if (this.#open > 0) {
      if (!this.#isInArray && this.#name !== path[this.#open - 1]) return this.#besidePath(index);
      this.#found[this.#open - 1] = true;
    }
    if (this.#open === path.length) return 'record';
    const step = path[this.#open]!;
    if (code !== (step === EACH ? OPEN_ARRAY : OPEN_OBJECT)) {
      const wanted = step === EACH ? 'array' : 'object';
      const advice =
        this.#open > 0
          ? ''
          : ' If each line is a record, use parseNdjson(); if the value is one record, set "path" to \'\'.';
      this.#missing(`a value begins that is not an ${wanted}, as "path" says it should be.${advice}`, index);
      return 'skip';
    }
    this.#copies.forget(this.#open);
    this.#found[this.#open] = false;
    this.#open += 1;
    this.#expected = step === EACH ? 'first value' : 'first name';
    return undefined;
  }

  /** What the value of a field is read for that does not lead to the records. */
  #besidePath(index: number): 'copy' | 'skip' {
    if (!this.#copies.has(this.#open - 1, this.#name)) return 'skip';
    if (this.#found[this.#open - 1] !== true) return 'copy';
    const what = `the field ${JSON.stringify(this.#name)} is to be copied into records, but comes after them.`;
    throw this.#position.error('JSON_FIELD_LATE', what, index);
  }

  #close(index: number): undefined {
    const step = this.#settings.path[this.#open - 1];
    if (typeof step === 'string' && this.#found[this.#open - 1] !== true) {
      this.#missing(`an object ends that has no field ${JSON.stringify(step)}, into which "path" leads.`, index);
    }
    this.#open -= 1;
    this.ended();
  }

  /** The path does not lead on here. */
  #missing(what: string, index: number): void {
    if (this.#settings.onMissing === 'fail') throw this.#position.error('JSON_PATH_MISSING', what, index);
  }

  #unexpected(index: number): MillraceError {
    const expected = this.#expected;
    const wanted = expected === 'comma' ? 'a comma or the end' : `a ${expected.replace('first ', '')}`;
    const what =
      this.#open === 0 && this.#documents > 0 && !this.#settings.concatenated
        ? 'something follows the JSON value. If a file may have several, set "concatenated".'
        : `a character is in the place of ${wanted}. The JSON is broken, and nothing after it can be read.`;
    return this.#position.error('JSON_INVALID', what, index);
  }
}

/** A quote, a bracket, or the first character of a number or word; whether the word exists is for `JSON.parse` to say. */
function beginsValue(code: number): boolean {
  return code > 0x20 && code !== COMMA && code !== COLON && code !== CLOSE_ARRAY && code !== CLOSE_OBJECT;
}
