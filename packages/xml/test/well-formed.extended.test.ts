// With `inFull`, all documents are changed at every place.
import './well-formed.test.ts';
import { describe, expect, it } from 'vitest';
import { readByExpat } from './support/expat.ts';
import { Comparison, type KnownDifference } from './support/xml-differences.ts';
import { DOCUMENTS, mutationsOf } from './support/xml-documents.ts';

const KNOWN: readonly KnownDifference[] = [];

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
