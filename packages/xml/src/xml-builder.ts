import type { XmlName } from './xml-names.ts';
import type { XmlRecord, XmlValue } from './xml-record.ts';
import type { XmlSettings } from './xml-settings.ts';
import { trimmed } from './xml-space.ts';
import type { XmlTag } from './xml-tag.ts';

/** Why an element makes no record, although it is well-formed. */
export interface XmlProblem {
  readonly code: string;
  /** Reads on after "The record on line 5". */
  readonly what: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

type Fields = Record<string, XmlValue>;

/** An element that is open. Those of one depth share one. */
interface Frame {
  name: XmlName | undefined;
  /** Its attributes and children, once it has one. */
  fields: Fields | undefined;
  hasChildren: boolean;
  text: string;
}

/** Makes a record of the events of an element. */
export class XmlBuilder {
  readonly #settings: XmlSettings;
  #frames: Frame[] = [];
  #depth = 0;
  #problem: XmlProblem | undefined;
  #record: XmlRecord | undefined;

  constructor(settings: XmlSettings) {
    this.#settings = settings;
  }

  open(tag: XmlTag): void {
    const frame = (this.#frames[this.#depth] ??= { name: undefined, fields: undefined, hasChildren: false, text: '' });
    this.#depth += 1;
    frame.name = tag.name;
    if (tag.count > 0) this.#takeAttributes(frame, tag);
  }

  text(text: string): void {
    const frame = this.#frames[this.#depth - 1];
    if (frame !== undefined) frame.text = frame.text === '' ? text : frame.text + text;
  }

  close(): void {
    this.#depth -= 1;
    const frame = this.#frames[this.#depth]!;
    const { fields, hasChildren, text } = frame;
    frame.fields = undefined;
    frame.hasChildren = false;
    frame.text = '';
    const kept = this.#settings.trim ? trimmed(text) : text;
    const isPlain = fields === undefined;
    // White space around child elements is there for the reader; an element without any has what it holds.
    const hasText = isPlain || (hasChildren ? trimmed(text) : kept) !== '';
    if (this.#depth === 0) {
      this.#record = hasText ? withText(fields ?? {}, kept) : fields!;
      return;
    }
    const parent = this.#frames[this.#depth - 1]!;
    parent.hasChildren = true;
    if (isPlain) this.#addChild(parent, frame.name!, kept);
    else this.#addChild(parent, frame.name!, hasText ? withText(fields, kept) : fields);
  }

  /** Returns the record, or why there is none. The builder is as new afterwards. */
  take(): { readonly record: XmlRecord; readonly problem: XmlProblem | undefined } {
    const taken = { record: this.#record!, problem: this.#problem };
    // After a record that was left in the middle, elements are open.
    if (this.#depth > 0) this.#frames = [];
    this.#depth = 0;
    this.#problem = undefined;
    this.#record = undefined;
    return taken;
  }

  #takeAttributes(frame: Frame, { names, values, count }: XmlTag): void {
    const { maxAttributes } = this.#settings;
    if (count > maxAttributes) {
      const what = `has ${count} attributes in an element, and maxAttributes allows ${maxAttributes}.`;
      this.#problem ??= { code: 'XML_TOO_MANY_ATTRIBUTES', what };
    }
    for (let index = 0; index < count; index += 1) {
      const name = names[index]!;
      if (name.isLeftOut) continue;
      const fields = (frame.fields ??= {});
      if (fields[name.attributeKey] === undefined) fields[name.attributeKey] = values[index]!;
      else this.#refuse('an attribute', name.attributeKey, frame);
    }
  }

  #addChild(parent: Frame, name: XmlName, value: XmlValue): void {
    const fields = (parent.fields ??= {});
    const before = valueOf(fields, name);
    if (before === undefined) setValue(fields, name, name.isArray ? [value] : value);
    else if (name.isArray) (before as XmlValue[]).push(value);
    else this.#refuse('a child element', name.key, parent);
  }

  #refuse(kind: string, name: string, { name: element }: Frame): void {
    const what = `has ${kind} twice in one element; name it in "arrays" if it may come again. The quarantine has its name.`;
    this.#problem ??= { code: 'XML_REPEATED', what, details: { content: { name, element: element!.key } } };
  }
}

function withText(fields: Fields, text: string): Fields {
  fields['#text'] = text;
  return fields;
}

function valueOf(fields: Fields, { key, isInherited }: XmlName): XmlValue | undefined {
  return !isInherited || Object.hasOwn(fields, key) ? fields[key] : undefined;
}

function setValue(fields: Fields, { key, isInherited }: XmlName, value: XmlValue): void {
  // Assigning to `__proto__` would set the prototype, or be lost.
  if (isInherited) Object.defineProperty(fields, key, { value, enumerable: true, writable: true, configurable: true });
  else fields[key] = value;
}
