import type { RangeParser } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { detect } from '@millrace/encoding/detect';
import { parseNdjson } from '@millrace/formats';
import { decompress } from '@millrace/gzip';
import { tar } from '@millrace/gzip/tar';
import { zip } from '@millrace/gzip/zip';
import { parseParquet } from '@millrace/parquet';
import { parseXlsx } from '@millrace/xlsx';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { long, pax, tarFile, type TarFile } from '../packages/gzip/test/tar/tar-file.ts';
import { zipFile, type ZipFile } from '../packages/gzip/test/zip/zip-file.ts';
import { rows, text, workbook } from '../packages/xlsx/test/support/workbook-file.ts';
import { below, canariesMade, digits, FORMATS, MARK, times, word } from './support/canary-files.ts';
import { broken, carried, held, said } from './support/canary-run.ts';

// Record content belongs into the quarantine and nowhere else. Every field, header, key and name of these files is a canary;
// the files are broken at random places, and none of the canaries may turn up in what a run says: in reports, errors, the
// ledger, observers, Lambda's log lines and responses, spans and metrics.

const ndjson = FORMATS['ndjson']!.file;

/** What may be wrong with a file of a tar archive. */
const TAR_ODDITIES: readonly Partial<TarFile>[] = [
  {},
  {},
  { type: 'S' },
  { type: 'M' },
  { type: 'Z' },
  { sumOff: 1 },
  { size: 7 },
  { name: `/${word()}` },
];

/** What may be wrong with a file of a zip archive. */
const ODDITIES: readonly Partial<ZipFile>[] = [
  {},
  {},
  { flags: 1 },
  { method: 9 },
  { descriptor: 'signed' },
  { listed: { crc: 1 } },
  { listed: { leftOut: true } },
  { name: `/${word()}` },
];

it.each(Object.entries(FORMATS))(
  '%s: no canary leaves the quarantine',
  { timeout: 120_000 },
  async (_, { parser, file }) => {
    for (let turn = 0; turn < 48; turn += 1) {
      const onInvalid = (['fail', 'reject-record', 'replace'] as const)[below(3)]!;
      const texts = await said([decodeText('utf-8', { onInvalid }), parser], broken(file()), turn);
      expect(texts.filter((text) => MARK.test(text))).toEqual([]);
    }
  },
);

it('parquet: no canary leaves the quarantine', { timeout: 120_000 }, async () => {
  const codec: RangeParser<Readonly<Record<string, unknown>>> = parseParquet();
  for (let turn = 0; turn < 48; turn += 1) {
    const bytes = Buffer.from(
      parquetWriteBuffer({
        columnData: [
          { name: word(), data: times(4, word), type: 'STRING' },
          { name: word(), data: times(4, () => BigInt(digits()) * 10_000n), type: 'INT64' },
        ],
      }),
    );
    for (let count = below(4); count > 0; count -= 1) bytes[below(bytes.length)]! ^= 1 << below(8);
    const texts = await said([codec], bytes, turn);
    expect(texts.filter((text) => MARK.test(text))).toEqual([]);
  }
});

it('xlsx: no canary leaves the quarantine', { timeout: 120_000 }, async () => {
  const cell = (): string | readonly [string, string] =>
    [
      text(word()),
      `<v>${digits()}</v>`,
      ['t="s"', '<v>0</v>'] as const,
      ['t="e"', `<v>${word()}</v>`] as const,
      ['t="d"', `<v>${word()}</v>`] as const,
      [`t="${word()}"`, `<v>${word()}</v>`] as const,
      `<v>${word()}</v>`,
    ][below(7)]!;
  for (let turn = 0; turn < 96; turn += 1) {
    const name = word();
    const names = [text(name), text(below(6) === 0 ? name : word()), text(word())];
    const bytes = workbook({
      strings: [`<t>${word()}</t>`],
      sheets: times(2, () => ({ name: word(), rows: rows(names, ...times(3, () => times(below(5), cell))) })),
      change: (files) => files.map((file) => ({ ...file, isStored: below(2) === 0 })),
    });
    if (below(3) === 0) bytes[below(bytes.length)]! ^= 1 << below(8);
    const codec: RangeParser<Readonly<Record<string, unknown>>> =
      below(6) === 0 ? parseXlsx({ sheets: ['Orders'] }) : parseXlsx();
    const texts = await said([codec], below(8) === 0 ? bytes.subarray(0, below(bytes.length)) : bytes, turn);
    expect(texts.filter((one) => MARK.test(one))).toEqual([]);
  }
});

it('zip: no canary leaves the quarantine', { timeout: 120_000 }, async () => {
  for (let turn = 0; turn < 96; turn += 1) {
    const names = times(3, () => `${word()}/${word()}.ndjson`);
    const files = names.map((name): ZipFile => ({ name, data: broken(ndjson()), ...ODDITIES[below(ODDITIES.length)] }));
    const bytes = zipFile(below(6) === 0 ? [...files, files[0]!] : files, { comment: word() });
    if (below(3) === 0) bytes[below(bytes.length)]! ^= 1 << below(8);
    const codecs = [decompress({ formats: [zip()] }), decodeText('utf-8'), parseNdjson()];
    const texts = await said(codecs, below(8) === 0 ? bytes.subarray(0, below(bytes.length)) : bytes, turn);
    expect(texts.filter((text) => MARK.test(text))).toEqual([]);
  }
});

it('tar: no canary leaves the quarantine', { timeout: 120_000 }, async () => {
  for (let turn = 0; turn < 96; turn += 1) {
    const names = times(3, () => `${word()}/${word()}.ndjson`);
    const files = names.flatMap((name, index): readonly TarFile[] => {
      const file = { name, data: broken(ndjson()), ...TAR_ODDITIES[below(TAR_ODDITIES.length)] };
      return [[file], [pax({ path: name, comment: word() }), file], [long(name), file]][(turn + index) % 3]!;
    });
    const bytes = tarFile(below(6) === 0 ? [...files, files.at(-1)!] : files);
    if (below(3) === 0) bytes[below(bytes.length)]! ^= 1 << below(8);
    const codecs = [decompress({ formats: [tar()] }), decodeText('utf-8'), parseNdjson()];
    const texts = await said(codecs, below(8) === 0 ? bytes.subarray(0, below(bytes.length)) : bytes, turn);
    expect(texts.filter((text) => MARK.test(text))).toEqual([]);
  }
});

it('a detected encoding: no canary leaves the quarantine', { timeout: 120_000 }, async () => {
  const allowed = ['utf-8', 'windows-1252', 'shift_jis', 'utf-16le'];
  for (let turn = 0; turn < 48; turn += 1) {
    const text = broken(ndjson());
    const bytes = [text, Buffer.from(text.toString(), 'utf16le'), Buffer.concat([Buffer.from([0x81, 0xff]), text])][
      turn % 3
    ]!;
    const codec = decodeText(detect({ allowed, minConfidence: turn % 2 }));
    const texts = await said([codec, parseNdjson()], bytes, turn);
    expect(texts.filter((one) => MARK.test(one))).toEqual([]);
  }
});

it('thousands of canaries were there, and are in the quarantine', () => {
  expect(canariesMade()).toBeGreaterThan(10_000);
  expect(held()).toBeGreaterThan(1000);
  expect(carried()).toBeGreaterThan(500);
});
