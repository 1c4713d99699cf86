import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inFull } from '../../../test/support/in-full.ts';
import { decodeText } from '../src/index.ts';
import { drive, pieces } from './drive.ts';
import { STANDARD_ENCODINGS } from './encoding-standard.ts';
import { type DecodeBytes, type Sequences, sequencesOf } from './sequences.ts';

const REFUSED = ['replacement', 'x-user-defined'];
const supported = STANDARD_ENCODINGS.filter(({ name }) => !REFUSED.includes(name));
const tabled = supported.filter(({ digest }) => digest !== undefined);

/** What is decoded otherwise than in the standard, on purpose (docs/decisions/encoding.md). */
const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // RFC 2319 has box drawings there, the standard two letters of KOI8-RU.
  'koi8-u': { ae: 'ў', be: 'Ў' },
  // Bytes that these define nowhere, and the standard takes for the control characters of the same number.
  'windows-874': controls('81 82 83 84 86 87 88 89 8a 8b 8c 8d 8e 8f 90 98 99 9a 9b 9c 9d 9e 9f'),
  'windows-1250': controls('81 83 88 90 98'),
  'windows-1251': controls('98'),
  'windows-1252': controls('81 8d 8f 90 9d'),
  'windows-1253': controls('81 88 8a 8c 8d 8e 8f 90 98 9a 9c 9d 9e 9f'),
  'windows-1254': controls('81 8d 8e 8f 90 9d 9e'),
  'windows-1255': controls('81 8a 8c 8d 8e 8f 90 9a 9c 9d 9e 9f'),
  'windows-1257': controls('81 83 88 8a 8c 90 98 9a 9c 9f'),
  'windows-1258': controls('81 8a 8d 8e 8f 90 9a 9d 9e'),
};

/** Labels that mean what they say here, and in the standard a superset that browsers need. */
const OWN_MEANING: Readonly<Record<string, string>> = {
  ...named('us-ascii', 'ansi_x3.4-1968 ascii us-ascii'),
  ...named(
    'iso-8859-1',
    'cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1',
  ),
  ...named('iso-8859-9', 'csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5'),
  ...named('iso-8859-11', 'iso-8859-11 iso8859-11 iso885911'),
  ...named('tis-620', 'tis-620'),
  ...named('koi8-ru', 'koi8-ru'),
  ...named('cp936', 'csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80'),
};

function controls(bytes: string): Readonly<Record<string, string>> {
  return Object.fromEntries(bytes.split(' ').map((hex) => [hex, String.fromCharCode(Number.parseInt(hex, 16))]));
}

function named(name: string, labels: string): Readonly<Record<string, string>> {
  return Object.fromEntries(labels.split(' ').map((label) => [label, name]));
}

function decoder(name: string): DecodeBytes {
  const codec = decodeText(name, { onInvalid: 'replace' });
  return (bytes) => drive(codec, [bytes]).text;
}

const known = new Map<string, Sequences>();
function sequences(name: string): Sequences {
  const found = known.get(name) ?? sequencesOf(decoder(name));
  known.set(name, found);
  return found;
}

describe('the Encoding Standard', () => {
  it.each(tabled)('$name: has every sequence of its index, and no other', ({ name, count, digest }) => {
    const ours = sequences(name);
    const standard = new Map([...ours, ...Object.entries(DIFFERENCES[name] ?? {})]);
    for (const [code, text] of Object.entries(DIFFERENCES[name] ?? {})) expect(ours.get(code), code).not.toBe(text);
    // One-byte sequences stand first, in order, as sequencesOf finds them.
    const lines = [...standard].map(([code, text]) => ({ code, line: `${code} ${text}\n` }));
    const alone = lines.filter(({ code }) => code.length === 2).sort((a, b) => (a.code < b.code ? -1 : 1));
    const all = [...alone, ...lines.filter(({ code }) => code.length > 2)].map(({ line }) => line).join('');
    expect(standard.size).toBe(count);
    expect(createHash('sha256').update(all).digest('hex').slice(0, 32)).toBe(digest);
  });

  it.each(tabled)('$name: decodes each of them with chunks of any few bytes', ({ name }) => {
    const bytes = Buffer.from([...sequences(name).keys()].join(''), 'hex');
    const text = [...sequences(name).values()].join('');
    for (const size of inFull ? [1, 2, 3, 5] : [1, 3]) {
      const driven = drive(decodeText(name), pieces(bytes, size));
      expect(driven.error).toBeUndefined();
      expect(driven.text === text, `chunks of ${size}`).toBe(true);
    }
  });

  it.each(supported)('$name: is known under all its labels', ({ name, labels }) => {
    for (const label of ['', ...labels.split(' ')].map((text) => (text === '' ? name : text))) {
      for (const spelled of [label, label.toUpperCase()]) expect(decodeText(spelled).name).toBe('decodeText');
      if (!known.has(name)) continue;
      const same = known.get(OWN_MEANING[label] ?? name) ?? sequences(OWN_MEANING[label] ?? name);
      const some = [...same].filter(([code], index) => code.length === 2 || index % 37 === 0);
      const bytes = Buffer.from(some.map(([code]) => code).join(''), 'hex');
      expect(decoder(label)(bytes) === some.map(([, text]) => text).join(''), label).toBe(true);
    }
  });

  it('labels with a meaning of their own are subsets of what the standard takes them for', () => {
    for (const { name, labels } of tabled) {
      for (const label of labels.split(' ').filter((one) => OWN_MEANING[one] !== undefined && one !== 'koi8-ru')) {
        const own = sequences(OWN_MEANING[label]!);
        const [, high] = [own, [...own].filter(([code]) => code.length > 2 || code >= 'a0')];
        for (const [code, text] of high) expect(sequences(name).get(code), `${label} ${code}`).toBe(text);
      }
    }
  });

  it('what is not supported is refused by name', () => {
    const names = STANDARD_ENCODINGS.filter(({ name }) => REFUSED.includes(name));
    for (const label of [...names.flatMap(({ name, labels }) => [name, ...labels.split(' ')]), 'utf-7', 'cesu-8']) {
      if (label === '') continue;
      expect(() => decodeText(label), label).toThrowError(
        expect.objectContaining({ code: 'ENCODING_REFUSED', details: { charset: label } }),
      );
    }
  });
});

describe('sequences that are cut or damaged, one U+FFFD for each', () => {
  // Written after the decoders of the standard. What differs from it is said beside it.
  const cases: readonly (readonly [charset: string, hex: string, text: string])[] = [
    ['euc-jp', 'b0b5b0', '圧\uFFFD'],
    ['euc-jp', 'b00ab0b5', '\uFFFD\n圧'],
    ['euc-jp', 'b0a041', '\uFFFDA'],
    ['euc-jp', 'a2b9', '\uFFFD'],
    ['shift_jis', 'fafa81', '洄\uFFFD'],
    ['shift_jis', '81b541', '\uFFFDA'],
    ['shift_jis', 'a041', '\uFFFDA'],
    ['big5', 'abb5ab0a', '奏\uFFFD\n'],
    ['big5', 'c8f2', '\uFFFD'],
    ['euc-kr', '815b', '\uFFFD['],
    ['euc-kr', 'b0b5ff', '갠\uFFFD'],
    ['gb18030', '8230c353', '\uFFFD0肧'],
    ['gb18030', '82ffc333', '\uFFFD\uFFFD3'],
    ['gb18030', '8230c3', '\uFFFD0\uFFFD'], // One in the standard: the digit is kept here, as it is inside a text.
  ];

  it.each(cases)('%s %s', (charset, hex, text) => {
    const codec = decodeText(charset, { onInvalid: 'replace' });
    const bytes = Buffer.from(hex, 'hex');
    expect(drive(codec, [bytes]).text).toBe(text);
    expect(drive(codec, pieces(bytes, 1)).text).toBe(text);
    expect(drive(decodeText(charset), [bytes]).error?.code).toBe('ENCODING_INVALID');
  });
});
