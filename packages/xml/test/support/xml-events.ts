import { rejected, type Block, type ParserContext } from '@millrace/core/plugin';
import { isMillraceError } from '@millrace/core';
import { SaxesParser } from 'saxes';
import { parseXml, type ParseXmlOptions, type XmlRecord, type XmlValue } from '../../src/index.ts';

/** What another parser finds in a document: an element begins, with its attributes; text; an element ends. */
export type XmlEvent =
  | readonly ['open', string, Readonly<Record<string, string>>]
  | readonly ['text', string]
  | readonly ['close'];

/** A document as another parser reads it; nothing if that one refuses it. */
export type Reading = readonly XmlEvent[] | undefined;

/** What comes of a document: its records, or the code and the details of why there are none. */
export type Outcome =
  | { readonly records: readonly unknown[] }
  | { readonly code: string; readonly details: unknown; readonly message: string };

/** The document as saxes reads it. */
export function readBySaxes(text: string): Reading {
  const events: XmlEvent[] = [];
  const parser = new SaxesParser({ xmlns: false, position: false });
  parser.on('opentag', ({ name, attributes }) => events.push(['open', name, { ...attributes }]));
  parser.on('text', (some) => events.push(['text', some]));
  parser.on('cdata', (some) => events.push(['text', some]));
  parser.on('closetag', () => events.push(['close']));
  try {
    parser.write(text).close();
  } catch {
    return undefined;
  }
  return events;
}

/** The name of the root element. */
export function rootOf(events: readonly XmlEvent[]): string {
  const root = events.find(([kind]) => kind === 'open');
  return String(root?.[1]);
}

interface Element {
  readonly name: string;
  readonly fields: [string, XmlValue][];
  readonly children: Map<string, XmlValue[]>;
  text: string;
}

/** The root element as a record, by the rules of the README: written a second time, for readability and not for speed. */
export function recordOf(events: readonly XmlEvent[]): XmlRecord {
  const open: Element[] = [];
  for (const event of events) {
    if (event[0] === 'open') {
      const fields = Object.entries(event[2]).map(([name, value]): [string, XmlValue] => [`@${name}`, value]);
      open.push({ name: event[1], fields, children: new Map(), text: '' });
      continue;
    }
    const element = open.at(-1);
    if (element === undefined) continue; // White space around the root.
    if (event[0] === 'text') {
      element.text += event[1];
      continue;
    }
    open.pop();
    const parent = open.at(-1);
    if (parent === undefined) return fieldsOf(element, true);
    const isPlain = element.fields.length === 0 && element.children.size === 0;
    const value = isPlain ? element.text : fieldsOf(element, false);
    parent.children.set(element.name, [...(parent.children.get(element.name) ?? []), value]);
  }
  throw new Error('the root element does not end');
}

function fieldsOf({ fields, children, text }: Element, isRecord: boolean): XmlRecord {
  const isPlain = fields.length === 0 && children.size === 0;
  const isBlank = (children.size > 0 ? text.replaceAll(/[ \t\r\n]/g, '') : text) === '';
  const own: [string, XmlValue][] = isBlank && !(isRecord && isPlain) ? [] : [['#text', text]];
  return Object.fromEntries([...fields, ...children, ...own]);
}

/** What `parseXml` makes of chunks. */
export function outcomeOf(chunks: readonly string[], options: ParseXmlOptions): Outcome {
  const stage = parseXml(options).start({ reject: rejected } as unknown as ParserContext);
  try {
    const blocks = [...chunks.map((chunk) => stage.push(chunk, undefined)), stage.end?.() ?? []];
    return { records: blocks.flatMap((block) => (block as Partial<Block<unknown>>).records ?? []) };
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    const { code, details, message } = error;
    return { code, details, message };
  }
}
