import { parserCases, optionCases } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { inFull } from '../../../test/support/in-full.ts';
import { parseXml, type ParseXmlOptions } from '../src/index.ts';

// The endless inputs are 128 MiB each.
describe('the contract of codecs', { timeout: 120_000 }, () => {
  const small = parserCases<string, unknown>({
    create: () => parseXml({ record: '/orders/order', maxRecordChars: 60, maxMarkupChars: 40, maxDepth: 4 }),
    samples: [
      { name: 'empty', input: '', error: 'XML_TRUNCATED' },
      { name: 'no records', input: '<orders/>', outputs: [] },
      {
        name: 'usual',
        input:
          '\uFEFF<?xml version="1.0"?>\r\n<!DOCTYPE orders>\n<!-- ] --><orders>\n<order id="1"><a>x</a></order>\r\n <order>é 😀&amp;<![CDATA[<]]></order>\n</orders>\n',
        outputs: [{ '@id': '1', a: 'x' }, { '#text': 'é 😀&<' }],
      },
      {
        name: 'too long',
        input: `<orders><order>${'x &amp; '.repeat(20)}<a>1</a></order><order><![CDATA[${'y]'.repeat(40)}]]></order><order a='1'/></orders>`,
        outputs: [{ '@a': '1' }],
        rejections: ['RECORD_TOO_LONG', 'RECORD_TOO_LONG'],
      },
      {
        name: 'bad records',
        input: '<orders>\n<order><a/><a/></order><order><a>1</a></order></orders>',
        outputs: [{ a: '1' }],
        rejections: ['XML_REPEATED'],
      },
      {
        name: 'text and CDATA around records',
        input: '<orders>a &lt; b<![CDATA[ c ]]><order/></orders>',
        outputs: [{ '#text': '' }],
      },
      { name: 'cut short in a record', input: '<orders><order><a>1</a>', error: 'XML_TRUNCATED' },
      { name: 'cut short in a tag', input: '<orders><order/></ord', error: 'XML_TRUNCATED' },
      { name: 'cut short in CDATA', input: '<orders><order><![CDATA[ ]] ', error: 'XML_TRUNCATED' },
      { name: 'cut short in a comment', input: '<orders/><!-- -', error: 'XML_TRUNCATED' },
      { name: 'a closing tag that does not fit', input: '<orders><order><a></order></orders>', error: 'XML_INVALID' },
      { name: 'a stray ampersand', input: '<orders><order>a & b</order></orders>', error: 'XML_INVALID' },
      {
        name: 'a stray ampersand in a long record',
        input: `<orders><order>${'x'.repeat(99)} & b</order></orders>`,
        error: 'XML_INVALID',
      },
      { name: 'a stray ampersand around records', input: '<orders>a &b <order/></orders>', error: 'XML_INVALID' },
      { name: 'a quote that is not closed', input: '<orders><order a="1><b/></order></orders>', error: 'XML_INVALID' },
      { name: 'a long tag', input: `<orders><order a="${'1'.repeat(99)}"/></orders>`, error: 'XML_MARKUP_TOO_LONG' },
      { name: 'a long comment', input: `<orders><!--${'1'.repeat(99)}--></orders>`, error: 'XML_MARKUP_TOO_LONG' },
      { name: 'too deep', input: '<orders><a><b><c><d/></c></b></a></orders>', error: 'XML_TOO_DEEP' },
      { name: 'another root', input: '<invoices><order/></invoices>', error: 'XML_RECORD_MISSING' },
    ],
  });
  for (const { clause, name, run } of small) it(`${clause} ${name}`, run);

  const endless = parserCases<string, unknown>({
    create: () => parseXml({ record: 'order' }),
    samples: [{ name: 'a record', input: '<order/>', outputs: [{ '#text': '' }] }],
    endless: [
      { name: 'text in a record', first: '<orders><order>', chunk: 'x'.repeat(65_536) },
      { name: 'CDATA in a record', first: '<orders><order><![CDATA[', chunk: 'x'.repeat(65_536) },
      { name: 'CDATA around records', first: '<orders><![CDATA[', chunk: 'x'.repeat(65_536) },
      { name: 'a reference', first: '<orders>&', chunk: 'x'.repeat(65_536) },
      { name: 'an attribute', first: '<orders><order a="', chunk: 'x'.repeat(65_536) },
      { name: 'a name', first: '<', chunk: 'x'.repeat(65_536) },
      { name: 'a comment', first: '<orders><!--', chunk: 'x'.repeat(65_536) },
      { name: 'a DOCTYPE', first: '<!DOCTYPE a [', chunk: '<!ENTITY a "b">'.repeat(4096) },
      // All of the 128 MiB is parsed, though nothing of it is kept.
      ...(inFull ? [{ name: 'elements in a record', first: '<orders><order>', chunk: '<a>1</a>'.repeat(8192) }] : []),
      { name: 'elements in elements', first: '<orders><order>', chunk: '<a>'.repeat(21_845) },
    ],
  });
  for (const { clause, name, run } of endless) it(`${clause} ${name}`, run);

  const options = optionCases({
    make: (own) => parseXml(own as unknown as ParseXmlOptions),
    valid: { record: 'order' },
    invalid: [
      { record: '' },
      { record: 'a/b' },
      { record: '/a//b' },
      { record: '/a/' },
      { record: 1 },
      { record: 'order', arrays: 'some' },
      { record: 'order', arrays: [''] },
      { record: 'order', trim: 1 },
      { record: 'order', stripPrefixes: 'no' },
      { record: 'order', onMissing: 'reject' },
      { record: 'order', maxRecordChars: 0 },
      { record: 'order', maxDepth: 0 },
      { record: 'order', maxAttributes: -1 },
      { record: 'order', maxMarkupChars: 1 },
    ],
  });
  for (const { name, run } of options) it(name, run);
});
