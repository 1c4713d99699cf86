/** Names of a document that are kept at most, and characters in one that is: a document may have a new one in each tag. */
const MAX_NAMES = 1000;
const MAX_KEPT_CHARS = 200;

/** XML 1.0, fifth edition, productions 4, 4a and 5. */
const NAME =
  /^[:A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\u{10000}-\u{EFFFF}][-.:\dA-Z_a-z\u00B7\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u037D\u037F-\u1FFF\u200C-\u200D\u203F\u2040\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\u{10000}-\u{EFFFF}]*$/u;

/** What the names of elements and attributes become in records. */
export interface NameSettings {
  readonly arrays: ReadonlySet<string> | 'all';
  readonly stripPrefixes: boolean;
}

/** The name of an element or an attribute, and what follows from it. */
export class XmlName {
  /** As the document has it, with its prefix. */
  readonly text: string;
  /** As the key of an element in a record. */
  readonly key: string;
  /** As the key of an attribute in a record. */
  readonly attributeKey: string;
  /** Whether elements of this name make an array. */
  readonly isArray: boolean;
  /** Whether an attribute of this name is left out, as it declares a namespace. */
  readonly isLeftOut: boolean;
  /** Whether every object has a property of this name. */
  readonly isInherited: boolean;
  /** The name that came after it the last time. */
  next: XmlName | undefined;

  constructor(text: string, { arrays, stripPrefixes }: NameSettings) {
    const key = stripPrefixes ? withoutPrefix(text) : text;
    this.text = text;
    this.key = internalized(key);
    this.attributeKey = internalized(`@${key}`);
    this.isArray = arrays === 'all' || arrays.has(key);
    this.isLeftOut = stripPrefixes && (text === 'xmlns' || text.startsWith('xmlns:'));
    this.isInherited = key in Object.prototype;
  }
}

/**
 * Reads names. Documents repeat a few of them in much the same order, so the name that followed the last time is tried first:
 * it costs one comparison, makes no string, and was found to be a name before.
 */
export class XmlNames {
  readonly #settings: NameSettings;
  readonly #kept = new Map<string, XmlName>();
  #last: XmlName | undefined;
  /** Where the name ends that was read last. The end of the text ends none: there may be more of it to come. */
  end = 0;

  constructor(settings: NameSettings) {
    this.#settings = settings;
  }

  /** Reads the name that begins at `from`. Returns nothing if there is none. */
  read(text: string, from: number): XmlName | undefined {
    const guess = this.#last?.next;
    if (guess !== undefined && text.startsWith(guess.text, from)) {
      const end = from + guess.text.length;
      if (endsName(text.charCodeAt(end))) {
        this.end = end;
        this.#last = guess;
        return guess;
      }
    }
    let end = from;
    while (end < text.length && !endsName(text.charCodeAt(end))) end += 1;
    this.end = end;
    if (end === text.length) return undefined;
    const name = this.#named(text.slice(from, end));
    if (name === undefined) return undefined;
    if (this.#last !== undefined) this.#last.next = name;
    this.#last = name;
    return name;
  }

  #named(text: string): XmlName | undefined {
    const known = this.#kept.get(text);
    if (known !== undefined) return known;
    if (!isName(text)) return undefined;
    const name = new XmlName(text.length > MAX_KEPT_CHARS ? text : internalized(text), this.#settings);
    if (text.length > MAX_KEPT_CHARS) return name;
    if (this.#kept.size === MAX_NAMES) {
      this.#kept.clear();
      this.#last = undefined;
    }
    this.#kept.set(name.text, name);
    return name;
  }
}

export function isName(text: string): boolean {
  return NAME.test(text);
}

/** Returns a name without its prefix. */
export function withoutPrefix(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** White space, a control character, `/`, `=` or `>`. */
function endsName(code: number): boolean {
  return code <= 0x20 || code === 0x3e || code === 0x2f || code === 0x3d;
}

/** Returns the string that V8 keeps for keys: equal ones are the same, and it does not keep the chunk that it was cut from. */
function internalized(key: string): string {
  return Object.keys({ [key]: undefined })[0]!;
}
