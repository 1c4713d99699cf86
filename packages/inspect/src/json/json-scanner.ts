/** Elements of all arrays at one path. */
export interface ScannedArray {
  readonly path: string;
  readonly depth: number;
  count: number;
  objects: number;
  chars: number;
  /** Where elements that end are, the first ones. */
  readonly spans: (readonly [start: number, end: number])[];
}

/** A container that is open. */
interface Open {
  readonly kind: 'object' | 'array';
  readonly path: string;
  readonly start: number;
  /** Where the element at hand began, in an array. */
  element: number;
}

const MOST_SPANS = 5000;
const MOST_PATHS = 500;
const MOST_DEPTH = 200;
const NAME = /^[A-Za-z_$][\w$]*$/;

/**
 * Walks through JSON without building it and notes what arrays there are at which paths. It stops without a fault where the text
 * ends, and with one where it is not JSON.
 */
export class JsonScanner {
  readonly arrays = new Map<string, ScannedArray>();
  readonly #text: string;
  readonly #open: Open[] = [];
  at = 0;
  failed = false;
  containers = 0;
  top: 'object' | 'array' | 'other' = 'other';

  constructor(text: string) {
    this.#text = text;
  }

  /** Walks through all documents and returns how many ended. */
  documents(): number {
    let ended = 0;
    let key = '';
    for (;;) {
      this.#space();
      const character = this.#text[this.at];
      if (character === undefined) break;
      const parent = this.#open.at(-1);
      if (character === '{' || character === '[') this.#begin(character === '{' ? 'object' : 'array', parent, key);
      else if (character === '}' || character === ']') {
        if (!this.#end(character)) return ended;
        if (this.#open.length === 0) ended += 1;
      } else if (character === ',' || character === ':') {
        if (parent === undefined) return this.#fail(ended);
        this.at += 1;
      } else {
        const start = this.at;
        const text = this.#scalar(character);
        if (text === undefined) return this.failed ? ended : ended;
        this.#space();
        if (parent?.kind === 'object' && this.#text[this.at] === ':') key = text.slice(1, -1);
        else if (parent?.kind === 'array') this.#element(parent, start, this.at, false);
        else if (parent === undefined) return this.#fail(ended);
      }
      if (this.#open.length > MOST_DEPTH) return this.#fail(ended);
    }
    return ended;
  }

  #fail(ended: number): number {
    this.failed = true;
    return ended;
  }

  #begin(kind: 'object' | 'array', parent: Open | undefined, key: string): void {
    if (parent === undefined && this.containers === 0) this.top = kind;
    this.containers += 1;
    if (parent?.kind === 'array') parent.element = this.at;
    const path = parent === undefined ? '' : parent.kind === 'array' ? `${parent.path}[*]` : member(parent.path, key);
    this.#open.push({ kind, path, start: this.at, element: -1 });
    this.at += 1;
  }

  #end(character: string): boolean {
    const closed = this.#open.pop();
    if (closed === undefined || (closed.kind === 'object') !== (character === '}')) {
      this.failed = true;
      return false;
    }
    this.at += 1;
    const parent = this.#open.at(-1);
    if (parent?.kind === 'array') this.#element(parent, closed.start, this.at, closed.kind === 'object');
    return true;
  }

  #element(array: Open, start: number, end: number, isObject: boolean): void {
    const path = `${array.path}[*]`;
    let found = this.arrays.get(path);
    if (found === undefined) {
      if (this.arrays.size >= MOST_PATHS) return;
      found = { path, depth: this.#open.length - 1, count: 0, objects: 0, chars: 0, spans: [] };
      this.arrays.set(path, found);
    }
    found.count += 1;
    found.chars += end - start;
    if (isObject) found.objects += 1;
    if (found.spans.length < MOST_SPANS) found.spans.push([start, end]);
  }

  #space(): void {
    for (; this.at < this.#text.length; this.at += 1) {
      const code = this.#text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  /** Passes over a text, a number or a name; `undefined` if it is cut or is none. */
  #scalar(character: string): string | undefined {
    const start = this.at;
    if (character === '"') {
      for (let at = start + 1; ;) {
        const close = this.#text.indexOf('"', at);
        if (close === -1) {
          this.at = this.#text.length;
          return undefined;
        }
        let slashes = 0;
        while (this.#text[close - 1 - slashes] === '\\') slashes += 1;
        at = close + 1;
        if (slashes % 2 === 1) continue;
        this.at = at;
        return this.#text.slice(start, at);
      }
    }
    const pattern = /[-+.\w]+/y;
    pattern.lastIndex = start;
    const match = pattern.exec(this.#text)?.[0];
    if (match === undefined || !/^(?:true|false|null|NaN|-?\d)/.test(match)) {
      this.failed = true;
      return undefined;
    }
    this.at = start + match.length;
    return match;
  }
}

function member(path: string, key: string): string {
  const name = NAME.test(key) ? key : `["${key}"]`;
  return path === '' || !NAME.test(key) ? `${path}${name}` : `${path}.${name}`;
}
