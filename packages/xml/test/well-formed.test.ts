import { describe, expect, it } from 'vitest';
import { inFull } from '../../../test/support/in-full.ts';
import { Comparison, type KnownDifference } from './support/xml-differences.ts';
import { DOCUMENTS, mutationsOf } from './support/xml-documents.ts';
import { outcomeOf, readBySaxes } from './support/xml-events.ts';

const KNOWN: readonly KnownDifference[] = [
  {
    what: 'saxes pairs a surrogate with any character that comes after it',
    difference: 'only parseXml refuses',
    applies: (text) => !text.isWellFormed(),
  },
  {
    what: 'saxes takes anything after the "?" of a target for the content of an instruction',
    difference: 'only parseXml refuses',
    applies: (text) => /<\?[^\s?]+\?[^>]/.test(text),
  },
  {
    what: 'saxes takes a line end of XML 1.1 in the declaration, in which section 2.11 forbids it',
    difference: 'only parseXml refuses',
    applies: (text, own) =>
      'message' in own && own.message.includes('not a declaration of XML') && /\u0085|\u2028/.test(text),
  },
  // Neither judges what a DOCTYPE holds. They differ on where one ends that is not well-formed: expat refuses all of these.
  {
    what: 'saxes ends a broken DOCTYPE elsewhere, and goes on',
    difference: 'only parseXml refuses',
    applies: (text) => text.includes('<!DOCTYPE') && text.includes('['),
  },
  {
    what: 'parseXml ends a broken DOCTYPE elsewhere, and goes on',
    difference: 'only the other refuses',
    applies: (text) => text.includes('<!DOCTYPE') && text.includes('['),
  },
];

describe('parseXml next to saxes', () => {
  // Every third document, unless all are wanted.
  const texts = inFull ? DOCUMENTS : DOCUMENTS.filter((_, index) => index % 3 === 0);
  it.each(texts)('changed at one place: %j', (document) => {
    const comparison = new Comparison(KNOWN);
    for (const text of mutationsOf(document)) comparison.add(text, readBySaxes(text));
    expect(comparison.surprises).toEqual([]);
    expect(comparison.accepted).toBeGreaterThan(100);
    expect(comparison.refused).toBeGreaterThan(100);
  });

  it.each(texts)('changed at one place, character by character: %j', (document) => {
    const options = { record: 'o', maxRecordChars: 12, maxMarkupChars: 40, onMissing: 'skip' } as const;
    const ofFault = (chunks: readonly string[]): unknown => {
      const outcome = outcomeOf(chunks, options);
      return 'records' in outcome ? outcome : { code: outcome.code, details: outcome.details };
    };
    for (const text of mutationsOf(document))
      if (text.isWellFormed()) expect(ofFault(text.split('')), text).toEqual(ofFault([text]));
  });
});
