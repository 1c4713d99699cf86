const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What kind of value is being read: a string, a number or word, or something in brackets. */
type Kind = 'string' | 'plain' | 'nested';

/**
 * Finds where a JSON value ends, through any number of chunks. Brackets are counted and strings passed over; whether the
 * value is right is for `JSON.parse` to say.
 */
export class JsonExtent {
  #kind: Kind = 'plain';
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** Begins a value with its first character, which `scan` is given as well. */
  begin(first: number): void {
    this.#kind = first === QUOTE ? 'string' : isOpening(first) ? 'nested' : 'plain';
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }

  /** Whether the value may end with the item: no bracket or quote shows that it does. */
  get isPlain(): boolean {
    return this.#kind === 'plain';
  }

  /** Reads on from `from`. Answers where the first character behind the value is, or -1 where the chunk does not show it. */
  scan(text: string, from: number): number {
    if (this.#kind === 'plain') return plainEnd(text, from);
    let depth = this.#depth;
    let inString = this.#inString;
    const isString = this.#kind === 'string';
    let at = from;
    if (this.#escaped && at < text.length) {
      this.#escaped = false;
      at += 1;
    }
    for (; at < text.length; at += 1) {
      let code = text.charCodeAt(at);
      if (inString) {
        while (code !== QUOTE && code !== BACKSLASH && ++at < text.length) code = text.charCodeAt(at);
        if (at >= text.length) break;
        if (code === BACKSLASH) {
          at += 1;
          this.#escaped = at >= text.length;
        } else {
          inString = false;
          if (isString) return at + 1;
        }
      } else if (code === QUOTE) {
        inString = true;
      } else if (isOpening(code)) {
        depth += 1;
      } else if (isClosing(code)) {
        depth -= 1;
        if (depth === 0) return at + 1;
      }
    }
    this.#depth = depth;
    this.#inString = inString;
    return -1;
  }
}

/** `{` or `[`: they and their counterparts differ from each other in one bit. */
function isOpening(code: number): boolean {
  return (code | 0x20) === 0x7b;
}

function isClosing(code: number): boolean {
  return (code | 0x20) === 0x7d;
}

function plainEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code === 0x2c || code === 0x3a || code === QUOTE || isOpening(code) || isClosing(code))
      return at;
  }
  return -1;
}
