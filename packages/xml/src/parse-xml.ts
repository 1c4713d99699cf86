import { MillraceError, type Parser } from '@millrace/core';
import {
  check,
  checkOptions,
  isBlock,
  type ParserContext,
  type ParserStage,
  rejected,
  rejectedRecord,
  type RejectedRecord,
  signatureOf,
} from '@millrace/core/plugin';
import { MAX_RECORD_CHARS, wholeText } from '@millrace/framing';
import { withoutPrefix } from './xml-names.ts';
import type { XmlRecord } from './xml-record.ts';
import type { XmlSettings } from './xml-settings.ts';
import { startXml } from './xml-stage.ts';

export interface ParseXmlOptions {
  /**
   * Which elements are records: a name, `order`, for those anywhere in the document; or a path from the root,
   * `/orders/order`. An element of this name inside a record is part of it.
   */
  readonly record: string;
  /**
   * Names of child elements that may come several times: each is an array, however often it comes. `'all'` makes arrays of
   * all child elements. A child that comes twice and is not named rejects its record. @default none
   */
  readonly arrays?: readonly string[] | 'all';
  /** Whether names lose their namespace prefix, and `xmlns` attributes are left out. @default false */
  readonly stripPrefixes?: boolean;
  /** Whether white space around text is left out: spaces, tabs and line ends, as XML counts them. @default false */
  readonly trim?: boolean;
  /**
   * What to do if the document has no element that `record` names: fail the item, or take it for an item without records. If
   * `record` is a path whose parent element is there and has no children, the item has no records either way. @default 'fail'
   */
  readonly onMissing?: 'fail' | 'skip';
  /** Characters (UTF-16 units) at most in a record, with its tags; a longer one is stepped over and rejected. @default 1048576 */
  readonly maxRecordChars?: number;
  /** Elements within elements at most, in the whole document; more fail the item. @default 100 */
  readonly maxDepth?: number;
  /** Attributes at most in an element of a record; more reject it. @default 256 */
  readonly maxAttributes?: number;
  /** Characters at most in a tag, comment, processing instruction or DOCTYPE; more fail the item. @default 65536 */
  readonly maxMarkupChars?: number;
}

/**
 * Parses XML: each element of a name, or at a path, is a record, and the document is never held. A record is an object of
 * its attributes (`@id`), child elements by name, and text (`#text`); an element without attributes and children is its
 * text. Names keep their prefixes, and namespaces are not resolved. Comments and processing instructions are passed over.
 *
 * A DTD is passed over: no entity is declared, fetched or expanded. The encoding that the document declares is not looked
 * at, as `decodeText` has decoded it; a byte order mark that is still there is stripped.
 *
 * XML that is not well-formed fails the item, wherever it is: nobody knows where the next record begins. `T` is what you say
 * the records are; nothing checks it, so put `validate()` behind.
 *
 * Rejections: `RECORD_TOO_LONG`, `XML_REPEATED`, `XML_TOO_MANY_ATTRIBUTES`, and `ENCODING_INVALID` where `decodeText` says so;
 * in markup outside of records that fails the item.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 * @throws MillraceError in a run `XML_INVALID`, `XML_TRUNCATED`, `XML_RECORD_MISSING`, `XML_TOO_DEEP`, `XML_MARKUP_TOO_LONG`;
 *   `details` has `line`, and `byteOffset` where it is known
 */
export function parseXml<T = XmlRecord>(options: ParseXmlOptions): Parser<string, T> {
  checkOptions('parseXml', options, {
    record: checkRecord,
    arrays: check.optional(checkArrays),
    stripPrefixes: check.optional(check.flag),
    trim: check.optional(check.flag),
    onMissing: check.optional(check.oneOf('fail', 'skip')),
    maxRecordChars: check.optional(check.integer(1)),
    maxDepth: check.optional(check.integer(1)),
    maxAttributes: check.optional(check.integer(0)),
    maxMarkupChars: check.optional(check.integer(16)),
  });
  const settings = settingsOf(options);
  return Object.freeze<Parser<string, T>>({
    kind: 'parser',
    name: 'parseXml',
    signature: signatureOf(options),
    takesDamage: true,
    start: (context: ParserContext) => startXml(settings, context) as ParserStage<string, T>,
    reparse: (one) => reparseXml(settings, one) as T,
  });
}

function settingsOf(options: ParseXmlOptions): XmlSettings {
  const { record, arrays = [], stripPrefixes = false } = options;
  return {
    record: record.split('/').filter((step) => step !== ''),
    isPath: record.startsWith('/'),
    arrays: arrays === 'all' ? 'all' : new Set(arrays),
    stripPrefixes,
    trim: options.trim ?? false,
    onMissing: options.onMissing ?? 'fail',
    maxRecordChars: options.maxRecordChars ?? MAX_RECORD_CHARS,
    maxDepth: options.maxDepth ?? 100,
    maxAttributes: options.maxAttributes ?? 256,
    maxMarkupChars: options.maxMarkupChars ?? 65_536,
  };
}

/**
 * Makes one rejected record by itself: its element is a document.
 *
 * @throws MillraceError `REPLAY_IMPOSSIBLE`, or the code of what is wrong with the text
 */
function reparseXml(settings: XmlSettings, { raw, code }: Pick<RejectedRecord, 'raw' | 'code'>): XmlRecord {
  const text = wholeText({ raw, code });
  const root = /^<([^\s/>]+)/.exec(text)?.[1] ?? '';
  const alone: XmlSettings = {
    ...settings,
    record: [settings.stripPrefixes ? withoutPrefix(root) : root],
    isPath: false,
  };
  const stage = startXml(alone, { reject: rejected } as ParserContext);
  const framed = stage.push(text);
  void stage.end!();
  const record = isBlock(framed) ? framed.records[0] : undefined;
  const bad = rejectedRecord(record);
  if (bad !== undefined) throw new MillraceError(bad.code, bad.message, { details: bad.details });
  if (record === undefined) throw new MillraceError('REPLAY_IMPOSSIBLE', 'The text is not an element.');
  return record as XmlRecord;
}

function checkRecord(value: unknown): string | undefined {
  const fits = typeof value === 'string' && /^(?:[^\s/<>&"'=]+|(?:\/[^\s/<>&"'=]+)+)$/.test(value);
  return fits ? undefined : 'the name of an element, such as order, or a path from the root, such as /orders/order';
}

function checkArrays(value: unknown): string | undefined {
  const fits =
    value === 'all' || (Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== ''));
  return fits ? undefined : 'an array of names of elements, or "all"';
}
