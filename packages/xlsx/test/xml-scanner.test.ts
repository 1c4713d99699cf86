import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { XmlDecoder } from '../src/xml/xml-decoder.ts';
import { XmlScanner } from '../src/xml/xml-scanner.ts';

/** What a scanner reports of a text that comes in these pieces; neighboring texts as one. */
function reported(pieces: readonly string[]): unknown {
  const events: unknown[][] = [];
  const scanner = new XmlScanner({
    listens: true,
    open: (name, attributes) => void events.push(['open', name, attributes.get('a'), attributes.prefixed('id')]),
    close: () => void events.push(['close']),
    text: (some) => {
      const last = events.at(-1);
      if (last?.[0] === 'text') last[1] += some;
      else events.push(['text', some]);
    },
  });
  try {
    for (const piece of pieces) scanner.write(piece);
    scanner.end();
  } catch (thrown) {
    return (thrown as { readonly code: unknown }).code;
  }
  return events;
}

function piecesOf<T extends { readonly length: number; slice(from: number, to: number): T }>(
  whole: T,
  cuts: readonly number[],
): T[] {
  const places = [0, ...cuts.map((cut) => Math.floor(cut * whole.length)).toSorted((a, b) => a - b), whole.length];
  return places.slice(1).map((to, index) => whole.slice(places[index]!, to));
}

const DOCUMENT =
  '<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- a <b> --><x:a xmlns:x=\'u\' a="1 &lt; 2&#10;\n3" r:id = "i7" >text &amp; more\r\n\rend&#x1F600;\r' +
  "<b a='\"'/><c\n/><![CDATA[<d> ]] ]>&amp;\r\n]]><?pi > ?>é 😀<b></b\n></x:a>\n<!-- end -->\n";
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

describe('the scanner of XML', () => {
  it('reports elements, attributes and text', () => {
    expect(reported([DOCUMENT])).toEqual([
      ['open', 'x:a', '1 < 2\n 3', 'i7'],
      ['text', 'text & more\n\nend😀\n'],
      ['open', 'b', '"', undefined],
      ['close'],
      ['open', 'c', undefined, undefined],
      ['close'],
      ['text', '<d> ]] ]>&amp;\né 😀'],
      ['open', 'b', undefined, undefined],
      ['close'],
      ['close'],
    ]);
  });

  it('reports the same however its text is cut', () => {
    const whole = reported([DOCUMENT]);
    for (let at = 0; at <= DOCUMENT.length; at += 1)
      expect(reported([DOCUMENT.slice(0, at), DOCUMENT.slice(at)])).toEqual(whole);
    expect(reported(DOCUMENT.split(''))).toEqual(whole);
    fc.assert(
      fc.property(cuts, (some) => {
        expect(reported(piecesOf(DOCUMENT, some))).toEqual(whole);
      }),
    );
  });

  it('fails alike however a broken text is cut', () => {
    const broken = fc.tuple(fc.nat(DOCUMENT.length - 1), fc.constantFrom('<', '>', '&', '"', '/', ' ', ''), cuts);
    fc.assert(
      fc.property(broken, ([at, other, some]) => {
        const text = DOCUMENT.slice(0, at) + other + DOCUMENT.slice(at + 1);
        expect(reported(piecesOf(text, some))).toEqual(reported([text]));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the decoder of XML', () => {
  it.each([
    ['UTF-8', Buffer.from(DOCUMENT)],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${DOCUMENT}`)],
    ['UTF-16', Buffer.from(DOCUMENT, 'utf16le')],
    ['UTF-16 with a mark', Buffer.from(`\uFEFF${DOCUMENT}`, 'utf16le')],
    ['UTF-16BE', Buffer.from(DOCUMENT, 'utf16le').swap16()],
  ])('reads %s however its bytes are cut', (_, bytes) => {
    fc.assert(
      fc.property(cuts, (some) => {
        const decoder = new XmlDecoder();
        const texts = piecesOf<Uint8Array>(new Uint8Array(bytes), some).map((piece) => decoder.decode(piece));
        expect(texts.join('') + decoder.end()).toBe(DOCUMENT);
      }),
    );
  });
});
