import { Buffer } from 'node:buffer';
import { feed, isMillraceError, map, type Parser, type Rejection } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { memorySink, memorySource, runParser } from '@millrace/testkit';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { parseXml, type ParseXmlOptions, type XmlRecord } from '../src/index.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });

async function records(text: string, options: ParseXmlOptions): Promise<readonly unknown[]> {
  const { values, rejections } = await runParser(parseXml(options), [text]);
  expect(rejections).toEqual([]);
  return values;
}

async function failure(text: string, options: ParseXmlOptions = { record: 'a' }) {
  const error = await runParser(parseXml(options), [text]).catch((thrown: unknown) => thrown);
  if (!isMillraceError(error)) throw new Error('it must fail', { cause: error });
  return error;
}

describe('parseXml', () => {
  it('is a frozen codec of records', () => {
    const codec = parseXml({ record: 'order' });
    expectTypeOf(codec).toEqualTypeOf<Parser<string, XmlRecord>>();
    expectTypeOf(parseXml<{ a: string }>({ record: 'order' })).toEqualTypeOf<Parser<string, { a: string }>>();
    expect(codec.name).toBe('parseXml');
    expect(Object.isFrozen(codec)).toBe(true);
  });

  it('makes objects of attributes, children and text', async () => {
    const text = `<orders>
      <order id="7" note="a &quot;b&quot; &#x1F600;">
        <customer>Jane &amp; John</customer>
        <line qty="2"><sku>A-1</sku></line>
        <line qty="1">  plain <!-- and --> text<![CDATA[ <raw> & ]]></line>
        <empty/><blank>  </blank>
      </order>
    </orders>`;
    expect(await records(text, { record: 'order', arrays: ['line'] })).toEqual([
      {
        '@id': '7',
        '@note': 'a "b" 😀',
        customer: 'Jane & John',
        line: [
          { '@qty': '2', sku: 'A-1' },
          { '@qty': '1', '#text': '  plain  text <raw> & ' },
        ],
        empty: '',
        blank: '  ',
      },
    ]);
  });

  it('makes arrays of what is named, however often it comes', async () => {
    const text = '<r><o><a>1</a><b>2</b></o><o/></r>';
    expect(await records(text, { record: 'o', arrays: ['a', 'c'] })).toEqual([{ a: ['1'], b: '2' }, { '#text': '' }]);
    expect(await records('<r><o><a>1</a><b><c/></b></o></r>', { record: 'o', arrays: 'all' })).toEqual([
      { a: ['1'], b: [{ c: [''] }] },
    ]);
  });

  it('rejects a record with a child that comes again and is not named', async () => {
    const { rejections, values } = await runParser(parseXml({ record: 'o' }), [
      '<r>\n<o><a>1</a><a>2</a></o>\n<o><a>3</a></o></r>',
    ]);
    expect(rejections).toMatchObject([
      {
        code: 'XML_REPEATED',
        ordinal: 0,
        line: 2,
        raw: '<o><a>1</a><a>2</a></o>',
        message:
          'The record on line 2 has a child element twice in one element; name it in "arrays" if it may come again. The quarantine has its name.',
      },
    ]);
    expect(values).toEqual([{ a: '3' }]);
  });

  it('keeps white space of an element without children', async () => {
    const text = '<d><r u="mm">&#x3000;</r><r u="mm">&#160;</r><r u="mm"> </r><r u="mm">\n</r><r u="mm"/></d>';
    expect(await records(text, { record: 'r' })).toEqual([
      { '@u': 'mm', '#text': '\u3000' },
      { '@u': 'mm', '#text': '\u00A0' },
      { '@u': 'mm', '#text': ' ' },
      { '@u': 'mm', '#text': '\n' },
      { '@u': 'mm' },
    ]);
    const trim = [
      { '@u': 'mm', '#text': '\u3000' },
      { '@u': 'mm', '#text': '\u00A0' },
      { '@u': 'mm' },
      { '@u': 'mm' },
      { '@u': 'mm' },
    ];
    expect(await records(text, { record: 'r', trim: true })).toEqual(trim);
  });

  it("leaves out XML's white space around children, and keeps any other", async () => {
    const text = '<d><r>\n\t<a>1</a>\r\n </r><r> \u3000<a>2</a> </r><r u="1"> <a> </a> </r></d>';
    expect(await records(text, { record: 'r' })).toEqual([
      { a: '1' },
      { a: '2', '#text': ' \u3000 ' },
      { '@u': '1', a: ' ' },
    ]);
    expect((await records(text, { record: 'r', trim: true }))[1]).toEqual({ a: '2', '#text': '\u3000' });
  });

  it('reads references with leading zeros, wherever a chunk cuts them', async () => {
    const zeros = '0'.repeat(1000);
    const text = `<d><s>&#0065;</s><r a="&#x${zeros}41;"><s>&#x0000000041;&#000000066;&#${zeros}128512;</s></r></d>`;
    const wanted = [{ '@a': 'A', s: 'AB😀' }];
    expect(await records(text, { record: 'r' })).toEqual(wanted);
    for (const size of [1, 7, 64]) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
        text.slice(at * size, (at + 1) * size),
      );
      expect((await runParser(parseXml({ record: 'r' }), chunks)).values).toEqual(wanted);
    }
    for (const bad of [`&#${zeros}01234567;`, '&#x0000110000;', '&#000;', '&#;', '&#x;'])
      expect((await failure(`<d><r>${bad}</r></d>`, { record: 'r' })).code, bad).toBe('XML_INVALID');
  });

  it('fails an item in which nothing is a record', async () => {
    const text = '<ns:orders xmlns:ns="u"><ns:order>1</ns:order></ns:orders>';
    for (const record of ['order', '/ns:orders/order', '/orders/order', 'n:order', 'invoice', '/ns:orders/invoice']) {
      const { code: found, message } = await failure(text, { record });
      expect(found, record).toBe('XML_RECORD_MISSING');
      expect(message.includes('stripPrefixes'), record).toBe(record.endsWith('order'));
      expect(await records(text, { record, onMissing: 'skip' })).toEqual([]);
    }
    expect(await records(text, { record: 'order', stripPrefixes: true })).toEqual([{ '#text': '1' }]);
  });

  it('takes an element without children for one without records', async () => {
    for (const text of ['<orders/>', '<orders> <!-- none today --> </orders>'])
      expect(await records(text, { record: '/orders/order' })).toEqual([]);
    expect((await failure('<orders/>', { record: 'order' })).code).toBe('XML_RECORD_MISSING');
    expect(await records('<orders/>', { record: 'order', onMissing: 'skip' })).toEqual([]);
  });

  it('trims on demand', async () => {
    const text = '<o>\n<a> x\n</a> <b c="1"> y </b></o>';
    expect(await records(text, { record: 'o', trim: true })).toEqual([{ a: 'x', b: { '@c': '1', '#text': 'y' } }]);
    expect(await records(text, { record: 'o' })).toEqual([{ a: ' x\n', b: { '@c': '1', '#text': ' y ' } }]);
    expect(await records('<o>a\r\nb\rc</o>', { record: 'o' })).toEqual([{ '#text': 'a\nb\nc' }]);
  });

  it('finds records by name anywhere, or by path', async () => {
    const text = '<f><h><id>0</id></h><g><e><id>1</id><e><id>2</id></e></e></g><e><id>3</id></e></f>';
    expect(await records(text, { record: 'e' })).toEqual([{ id: '1', e: { id: '2' } }, { id: '3' }]);
    expect(await records(text, { record: '/f/e' })).toEqual([{ id: '3' }]);
    expect(await records(text, { record: '/f/g/e' })).toEqual([{ id: '1', e: { id: '2' } }]);
    expect(await records('<e><id>4</id></e>', { record: '/e' })).toEqual([{ id: '4' }]);
    expect(await records(text, { record: '/f/h/x', onMissing: 'skip' })).toEqual([]);
    expect(await records(text, { record: '/x/e', onMissing: 'skip' })).toEqual([]);
    const { code: why, message } = await failure(text, { record: '/f/x/e' });
    expect({ why, message }).toEqual({
      why: 'XML_RECORD_MISSING',
      message: expect.stringContaining('no element was /f/x/e,') as string,
    });
  });

  it('keeps prefixes as they stand, or strips them', async () => {
    const text =
      '<rss xmlns:g="http://base.google.com/ns/1.0"><item g:a="1" xmlns="x"><g:price>2</g:price></item></rss>';
    expect(await records(text, { record: 'item' })).toEqual([{ '@g:a': '1', '@xmlns': 'x', 'g:price': '2' }]);
    expect(await records(text, { record: 'item', stripPrefixes: true })).toEqual([{ '@a': '1', price: '2' }]);
    expect(await records('<x:r><x:item>1</x:item></x:r>', { record: '/r/item', stripPrefixes: true })).toEqual([
      { '#text': '1' },
    ]);
    const twice = '<r><item x:a="1" y:a="2"/></r>';
    const { rejections } = await runParser(parseXml({ record: 'item', stripPrefixes: true }), [twice]);
    expect(rejections).toMatchObject([{ code: 'XML_REPEATED' }]);
  });

  it('leaves prototypes alone', async () => {
    const text = '<r><o __proto__="1"><__proto__><x>1</x></__proto__><constructor>2</constructor></o></r>';
    const [record] = (await records(text, { record: 'o' })) as [XmlRecord];
    expect(Object.entries(record)).toEqual([
      ['@__proto__', '1'],
      ['__proto__', { x: '1' }],
      ['constructor', '2'],
    ]);
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    expect(await records(text, { record: 'o', arrays: ['__proto__', 'toString'] })).toHaveLength(1);
  });

  it('passes over a DTD, and knows none of its entities', async () => {
    const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
    const dtd = `<!DOCTYPE r [<!-- ' ]> --><!ENTITY l0 "lol">${laughs}<!ENTITY x SYSTEM "file:///etc/passwd"><?a '?>]>`;
    expect(await records(`${dtd}<r><o>1</o></r>`, { record: 'o' })).toEqual([{ '#text': '1' }]);
    expect(await failure(`${dtd}\n<r><o>&l9;</o></r>`, { record: 'o' })).toMatchObject({
      code: 'XML_INVALID',
      message: expect.stringContaining('not a reference') as string,
      details: { line: 2 },
    });
    expect(await failure(`${dtd}<r><o>&x;</o></r>`)).toMatchObject(code('XML_INVALID'));
    expect(await failure(`${dtd}<r a="&l1;"/>`)).toMatchObject(code('XML_INVALID'));
  });

  it('does not look at the declared encoding', async () => {
    const text = '<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?><o>é</o>';
    expect(await records(text, { record: 'o' })).toEqual([{ '#text': 'é' }]);
  });

  it.each([
    ['an attribute twice', '<a b="1" b="2"/>'],
    [']]> in text', '<a>x ]]> y</a>'],
    ['a control character', '<a>\u0001</a>'],
    ['two roots', '<a/><b/>'],
    ['-- in a comment', '<a><!-- a -- b --></a>'],
    ['< in an attribute', '<a b="<"/>'],
    ['a reference to no character', '<a>&#0;</a>'],
    ['an unknown entity', '<a>&nbsp;</a>'],
    ['tags that cross', '<a><b></a></b>'],
    ['a value without quotes', '<a b=1/>'],
    ['text behind the root', '<a/>x'],
    ['text before the root', 'x<a/>'],
    ['CDATA outside of the root', '<a/><![CDATA[x]]>'],
    ['a declaration that is not first', ' <?xml version="1.0"?><a/>'],
    ['a name that begins with a digit', '<1a/>'],
    ['attributes without space between', '<a b="1"c="2"/>'],
    ['a DOCTYPE behind the root', '<a/><!DOCTYPE a>'],
    ['a closing tag too many', '<a/></a>'],
  ])('fails where the XML has %s', async (_, text) => {
    expect(await failure(text)).toMatchObject(code('XML_INVALID'));
    expect(await failure(`${text.includes('?xml') ? '' : '<!-- c -->'}${text}`, { record: 'b' })).toMatchObject(
      code('XML_INVALID'),
    );
  });

  it('says where', async () => {
    const text = '<r>\n  <o>1</o>\n  <o>\n2 & 3</o>\n</r>';
    const error = await failure(text, { record: 'o' });
    expect(error.message).toContain('On line 3 begins something with an "&" that is not a reference.');
    expect(error.details).toEqual({ line: 3 });
    expect((await failure('<r>\n<o>\n</r>', { record: 'o' })).message).toBe(
      'On line 3 begins markup that is not well-formed: unexpected close tag.',
    );
  });

  it('steps over a record that is too long, and keeps its beginning', async () => {
    const long = `<o><a>${'😀'.repeat(5000)}</a></o>`;
    const codec = parseXml({ record: 'o', maxRecordChars: 5000 });
    const { rejections, values } = await runParser(codec, [`<r>\n<o>1</o>${long}\n<o>2</o></r>`]);
    expect(values).toEqual([{ '#text': '1' }, { '#text': '2' }]);
    expect(rejections).toMatchObject([{ code: 'RECORD_TOO_LONG', line: 2, ordinal: 1 }]);
    expect(rejections[0]!.message).toContain(`has ${long.length} characters, and maxRecordChars allows 5000`);
    const raw = rejections[0]!.raw as string;
    expect(long.startsWith(raw)).toBe(true);
    expect(raw.length).toBeGreaterThan(4090);
    expect(raw.isWellFormed()).toBe(true);
    // A limit that just fits.
    expect(await records(`<r>${long}</r>`, { record: 'o', maxRecordChars: long.length })).toHaveLength(1);
  });

  it('rejects an element with too many attributes', async () => {
    const text = '<r><o a="1" b="2"><c d="1"/></o><o a="1"/></r>';
    const { rejections, values } = await runParser(parseXml({ record: 'o', maxAttributes: 1 }), [text]);
    expect(rejections).toMatchObject([{ code: 'XML_TOO_MANY_ATTRIBUTES', raw: '<o a="1" b="2"><c d="1"/></o>' }]);
    expect(values).toEqual([{ '@a': '1' }]);
  });

  it('parses a rejected record by itself', () => {
    const { reparse } = parseXml({ record: '/r/g:o', arrays: ['a'] });
    expect(reparse!({ raw: '<g:o><a>1</a><a>2</a></g:o>', code: 'XML_REPEATED' })).toEqual({ a: ['1', '2'] });
    expect(() => reparse!({ raw: '<g:o><b/><b/></g:o>', code: 'XML_REPEATED' })).toThrow(code('XML_REPEATED'));
    expect(() => reparse!({ raw: '<g:o>', code: 'SCHEMA_VIOLATION' })).toThrow(code('XML_TRUNCATED'));
    expect(() => reparse!({ raw: '<g:o>', code: 'RECORD_TOO_LONG' })).toThrow(code('REPLAY_IMPOSSIBLE'));
    expect(() => reparse!({ raw: Uint8Array.of(1), code: 'SCHEMA_VIOLATION' })).toThrow(code('REPLAY_IMPOSSIBLE'));
  });
});

/** What the quarantine holds when every record is refused, so that every place is asked for; or how the item failed. */
async function places(
  chunks: readonly Uint8Array[],
  options: ParseXmlOptions,
  onInvalid: 'fail' | 'reject-record' = 'fail',
) {
  const quarantine = memorySink<Rejection>();
  const report = await feed('xml')
    .from(memorySource({ objects: { a: chunks } }))
    .through(decodeText('utf-8', { onInvalid }))
    .through(parseXml(options))
    .through(
      map((value) => {
        throw new Error(`refused, to ask for its place: ${JSON.stringify(value)}`);
      }),
    )
    .to(memorySink())
    .run([{ name: 'a' }], {
      quarantine,
      maxRejections: { count: 100_000, share: 1 },
      allRejected: 'accept',
      expect: { records: { min: 0 } },
      onFailure: 'report',
    });
  const { error } = report.reports[0]!;
  // Which of two faults in one text is told of may depend on the cut; where they are does not.
  if (error !== undefined) return { code: error.code, details: error.details };
  return quarantine
    .values()
    .filter(({ scope }) => scope === undefined)
    .map(({ ordinal, code: why, line, byteOffset, raw, message }) => ({ ordinal, why, line, byteOffset, raw, message }))
    .sort((a, b) => a.ordinal - b.ordinal);
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const sorted = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return sorted.map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
}

describe('parseXml behind decodeText, however bytes are cut', () => {
  const cuts = fc.array(fc.nat({ max: 2000 }), { maxLength: 12 });
  const options = { record: 'o', maxRecordChars: 60, maxMarkupChars: 50, maxDepth: 12, onMissing: 'skip' } as const;
  const leaf = fc.constantFrom(
    'x',
    'é',
    '日 😀',
    '\r\n',
    '&amp;',
    '&#233;',
    '<![CDATA[<a>&]]>',
    '<!-- <o> -->',
    '<b c="&lt;>"/>',
    "<?p '?>",
  );
  const body = fc.array(leaf, { maxLength: 8 }).map((parts) => parts.join(''));
  const long = fc.constantFrom(
    'x'.repeat(70),
    `<![CDATA[${'y]]'.repeat(30)}]]>`,
    '<b/>'.repeat(20),
    '&lt;\n'.repeat(20),
  );

  it('sound documents: records, ordinals, lines, offsets and raw texts are the same', async () => {
    const record = fc.oneof(
      { weight: 4, arbitrary: body.map((inner) => `<o>${inner}</o>`) },
      { weight: 1, arbitrary: fc.tuple(body, long, body).map((parts) => `<o d='1'>${parts.join('')}</o >`) },
      { weight: 1, arbitrary: fc.constant('<o\n/>') },
    );
    const between = fc.constantFrom('', '\n', ' é\r\n', '<!-- o -->', '<![CDATA[<o/>]]>', '&gt;', 'x'.repeat(99));
    const document = fc.array(fc.tuple(between, record), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(document, cuts, async (parts, at) => {
        const text = `\uFEFF<?xml version="1.0"?>\n<r é='>'>${parts.flat().join('')}</r>\n`;
        const bytes = Buffer.from(text);
        const whole = await places([bytes], options);
        expect(await places(cutAt(bytes, at), options)).toEqual(whole);
        expect(
          await places(
            cutAt(
              bytes,
              Array.from(bytes, (_, index) => index),
            ),
            options,
          ),
        ).toEqual(whole);
        if (!Array.isArray(whole)) throw new Error(`it must not fail: ${JSON.stringify(whole)}`);
        expect(whole).toHaveLength(parts.length);
        for (const [index, { raw, byteOffset, line, why }] of whole.entries()) {
          const all = parts[index]![1];
          expect(why === 'RECORD_TOO_LONG').toBe(all.length > 60);
          expect(all.startsWith(String(raw))).toBe(true);
          const told = Buffer.from(String(raw));
          expect(Buffer.from(bytes.subarray(byteOffset, byteOffset! + told.length)).equals(told)).toBe(true);
          expect(line).toBe(bytes.subarray(0, byteOffset).toString().split('\n').length);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('any text: the same records, or the same error in the same place', async () => {
    const piece = fc.constantFrom(
      '<r>',
      '</r>',
      '<o>',
      '</o>',
      '<o',
      '/>',
      '>',
      '<',
      '&',
      '&amp;',
      ';',
      '"',
      "'",
      '=',
      'a',
      ' ',
      '\n',
      '\r',
      'é',
      '😀',
      '<![CDATA[',
      ']]>',
      ']',
      '<!--',
      '-->',
      '-',
      '<?',
      '?>',
      '<!DOCTYPE r [',
      '!',
      '[',
      '\u0001',
      'x'.repeat(40),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), cuts, async (pieces, at) => {
        const bytes = Buffer.from(`<r>${pieces.join('')}`);
        const whole = await places([bytes], options);
        expect(await places(cutAt(bytes, at), options)).toEqual(whole);
        expect(
          await places(
            cutAt(
              bytes,
              Array.from(bytes, (_, index) => index),
            ),
            options,
          ),
        ).toEqual(whole);
      }),
      { numRuns: 400 },
    );
  });

  it('says where an error stands in bytes', async () => {
    const failed = await places([Buffer.from('<r>é<o>'), Buffer.from('</'), Buffer.from('r>')], options);
    expect(failed).toMatchObject({ code: 'XML_INVALID', details: { line: 1, byteOffset: 8 } });
  });

  it('bytes that are no text reject the record that holds them, with its bytes, and no other', async () => {
    const inner = fc.array(fc.constantFrom('x', 'é', '<b/>', '&amp;', '\xFF', '\xFF\n', '<![CDATA[\xFF]]>'), {
      maxLength: 5,
    });
    const record = inner.map((parts) => `<o c="">${parts.join('')}</o>`);
    // One byte that UTF-8 does not have, for each U+00FF.
    const encoded = (text: string): Buffer =>
      Buffer.concat(
        text
          .split('\xFF')
          .flatMap((some, at) => (at === 0 ? [Buffer.from(some)] : [Buffer.of(0xff), Buffer.from(some)])),
      );
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 6 }), cuts, async (all, at) => {
        const bytes = encoded(`<r>${all.join('\n')}</r>`);
        const whole = await places([bytes], { record: 'o', arrays: ['b'], onMissing: 'skip' }, 'reject-record');
        const cut = (where: readonly number[]) =>
          places(cutAt(bytes, where), { record: 'o', arrays: ['b'], onMissing: 'skip' }, 'reject-record');
        expect(await cut(at)).toEqual(whole);
        expect(await cut(Array.from(bytes, (_, index) => index))).toEqual(whole);
        if (!Array.isArray(whole)) throw new Error(`it must not fail: ${JSON.stringify(whole)}`);
        for (const [index, text] of all.entries()) {
          const { raw, why, byteOffset } = whole[index]!;
          const isDamaged = text.includes('\xFF');
          expect(why).toBe(isDamaged ? 'ENCODING_INVALID' : 'TRANSFORM_THREW');
          expect(isDamaged ? Buffer.from(raw as Uint8Array) : raw).toEqual(isDamaged ? encoded(text) : text);
          const length = encoded(text).length;
          expect(Buffer.from(bytes.subarray(byteOffset, byteOffset! + length)).equals(encoded(text))).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('bytes that are no text fail the item in markup around records, and in the tag of one reject it', async () => {
    const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
    const run = (...texts: readonly string[]) =>
      places(texts.map(bytes), { record: 'o', maxRecordChars: 30 }, 'reject-record');
    const failed = { code: 'ENCODING_INVALID', details: { line: 1, byteOffset: 3 } };
    expect(await run('<r>\xFF<o/></r>')).toMatchObject([{ why: 'TRANSFORM_THREW', raw: '<o/>' }]);
    expect(await run('<r><x a="\xFF"/><o/></r>')).toMatchObject(failed);
    expect(await run('<r><x a="\xFF', '"/><o/></r>')).toMatchObject(failed);
    expect(await run('<r><o a="\xFF', '"', '/><o/></r>')).toMatchObject([
      { why: 'ENCODING_INVALID', ordinal: 0, byteOffset: 3 },
      { why: 'TRANSFORM_THREW', ordinal: 1, raw: '<o/>' },
    ]);
    expect(await run(`<r><o>\xFF${'x'.repeat(40)}`, '</o><o/></r>')).toMatchObject([
      { why: 'RECORD_TOO_LONG' },
      { why: 'TRANSFORM_THREW', raw: '<o/>' },
    ]);
  });
});
