// With `inFull`, all documents are changed at every place.
import './well-formed.test.ts';
import { describe, expect, it } from 'vitest';
import { readByExpat } from './support/expat.ts';
import { Comparison, type KnownDifference } from './support/xml-differences.ts';
import { DOCUMENTS, mutationsOf } from './support/xml-documents.ts';

const KNOWN: readonly KnownDifference[] = [
  {
    what: 'expat reads no XML 1.1',
    difference: 'only the other refuses',
    applies: (text) => /^\uFEFF?<\?xml\s+version\s*=\s*'1\.(?!0')/.test(text),
  },
  {
    what: 'expat has the names of the fourth edition of XML 1.0',
    difference: 'only the other refuses',
    applies: (text) => /[\uFEFF\u{EFFFF}]/u.test(text.slice(1)),
  },
  {
    what: 'expat takes anything for a version',
    difference: 'only parseXml refuses',
    applies: (_, own) => 'message' in own && own.message.includes('not a declaration of XML'),
  },
  {
    what: 'parseXml does not judge what a DOCTYPE holds',
    difference: 'only the other refuses',
    applies: (text) => text.includes('<!DOCTYPE'),
  },
];

describe.runIf(readByExpat([]) !== undefined)('parseXml next to expat', () => {
  it.each(DOCUMENTS)('changed at one place: %j', (document) => {
    // The other half of a surrogate cannot be handed over in UTF-8.
    const texts = [...mutationsOf(document)].filter((text) => text.isWellFormed());
    const readings = readByExpat(texts)!;
    const comparison = new Comparison(KNOWN);
    for (const [index, text] of texts.entries()) comparison.add(text, readings[index]);
    expect(comparison.surprises).toEqual([]);
  });
});
