import type { XmlSettings } from './xml-settings.ts';
import type { XmlRecord, XmlValue } from './xml-record.ts';
import { trimmed } from './xml-text.ts';

/** Why an element makes no record, although it is well-formed. */
export interface XmlProblem {
  readonly code: string;
  /** Reads on behind "The record on line 5". */
  readonly what: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

interface Frame {
  readonly name: string;
  readonly fields: Record<string, XmlValue>;
  /** Whether it has neither attributes nor children. */
  isPlain: boolean;
  hasChildren: boolean;
  text: string;
}

/** Makes a record of the events of an element. */
export class XmlBuilder {
  readonly #settings: XmlSettings;
  #frames: Frame[] = [];
  #problem: XmlProblem | undefined;
  #record: XmlRecord | undefined;

  constructor(settings: XmlSettings) {
    this.#settings = settings;
  }

  open(qualified: string, attributes: Readonly<Record<string, string>>): void {
    const { stripPrefixes, maxAttributes } = this.#settings;
    const frame: Frame = {
      name: this.#settings.nameOf(qualified),
      fields: {},
      isPlain: true,
      hasChildren: false,
      text: '',
    };
    const names = Object.keys(attributes);
    if (names.length > maxAttributes) {
      const what = `has ${names.length} attributes in an element, and maxAttributes allows ${maxAttributes}.`;
      this.#problem ??= { code: 'XML_TOO_MANY_ATTRIBUTES', what };
    }
    for (const name of names) {
      if (stripPrefixes && (name === 'xmlns' || name.startsWith('xmlns:'))) continue;
      frame.isPlain = false;
      this.#set(frame, `@${this.#settings.nameOf(name)}`, attributes[name]!);
    }
    this.#frames.push(frame);
  }

  text(text: string): void {
    const frame = this.#frames.at(-1);
    if (frame !== undefined) frame.text += text;
  }

  close(): void {
    const { name, fields, isPlain, hasChildren, text } = this.#frames.pop()!;
    const parent = this.#frames.at(-1);
    const kept = this.#settings.trim ? trimmed(text) : text;
    if (parent !== undefined) {
      parent.isPlain = false;
      parent.hasChildren = true;
    }
    if (isPlain && parent !== undefined) {
      this.#addChild(parent, name, kept);
      return;
    }
    // White space around child elements is there for the reader; an element without any has what it holds.
    if (isPlain || (hasChildren ? trimmed(text) : kept) !== '') fields['#text'] = kept;
    if (parent === undefined) {
      this.#record = fields;
      return;
    }
    this.#addChild(parent, name, fields);
  }

  /** The record, or why there is none. The builder is as new afterwards. */
  take(): { readonly record: XmlRecord; readonly problem: XmlProblem | undefined } {
    const taken = { record: this.#record!, problem: this.#problem };
    this.#frames = [];
    this.#problem = undefined;
    this.#record = undefined;
    return taken;
  }

  #addChild(parent: Frame, name: string, value: XmlValue): void {
    const { arrays } = this.#settings;
    if (arrays !== 'all' && !arrays.has(name)) {
      this.#set(parent, name, value);
      return;
    }
    const list = own(parent.fields, name) as XmlValue[] | undefined;
    if (list === undefined) this.#set(parent, name, [value]);
    else list.push(value);
  }

  #set({ name: element, fields }: Frame, name: string, value: XmlValue): void {
    if (own(fields, name) !== undefined) {
      const kind = name.startsWith('@') ? 'an attribute' : 'a child element';
      const what = `has ${kind} twice in one element; name it in "arrays" if it may come again. The quarantine has its name.`;
      this.#problem ??= { code: 'XML_REPEATED', what, details: { content: { name, element } } };
      return;
    }
    // Assigning to `__proto__` would set the prototype, or be lost.
    if (name === '__proto__')
      Object.defineProperty(fields, name, { value, enumerable: true, writable: true, configurable: true });
    else fields[name] = value;
  }
}

function own(fields: Readonly<Record<string, XmlValue>>, name: string): XmlValue | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
