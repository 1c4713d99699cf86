import { type Expectations, feed, type ItemReport, type Parser, type Source } from '@millrace/core';
import { memorySink } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { decompress } from '../../src/index.ts';
import { tar } from '../../src/tar.ts';
import { tarFile } from './tar-file.ts';

const FILES = 9000;

/** Rows after a header row of columns; a row that begins with `bad` is rejected. Files of these tests come in one chunk. */
const rows: Parser<Uint8Array, string> = {
  kind: 'parser',
  name: 'rows',
  reportsColumns: true,
  start: ({ reject, reportColumns }) => ({
    push: (chunk) => {
      const [header = '', ...lines] = Buffer.from(chunk).toString().trimEnd().split('\n');
      reportColumns?.(header.split(','));
      return lines.map((raw) =>
        raw.startsWith('bad') ? (reject({ code: 'BAD_ROW', message: 'A bad row.', raw }) as never) : raw,
      );
    },
  }),
};

const content = (number: number): string => `bin,parts\nH${number},1\n${number % 10 === 0 ? 'bad' : `Y${number}`},2\n`;
const files = Array.from({ length: FILES }, (_, number) => ({ name: `day/${number}.csv`, data: content(number) }));

async function carry(archive: Buffer, expected: Expectations): Promise<ItemReport> {
  const source: Source<string, Uint8Array> = {
    name: 'memory',
    describe: (name) => name,
    // Each file begins at the beginning of a chunk or of a block in it.
    open: async (name) => ({
      origin: { id: name, uri: `memory:${name}` },
      chunks: async function* () {
        yield archive;
      },
    }),
  };
  const { reports } = await feed('archived', { expect: expected })
    .from(source)
    .through(decompress({ formats: [tar()] }))
    .through(rows)
    .to(memorySink<string>())
    .run(['bins.tar'], {
      onFailure: 'report',
      maxRejections: { share: 1 },
      quarantine: { name: 'none', write: async () => {} },
    });
  return reports[0]!;
}

it('counts the records and rejections of all files of an archive, and its own bytes', async () => {
  const archive = tarFile(files);
  const bytes = { min: archive.length, max: archive.length };
  const met = await carry(archive, {
    records: { min: 2 * FILES, max: 2 * FILES },
    rejectedRatio: { max: 0.05 },
    columns: { required: ['parts'] },
    bytes,
  });
  expect(met).toMatchObject({ outcome: 'complete', read: 2 * FILES, rejected: FILES / 10 });
  const unmet = await carry(archive, { records: { min: 2 * FILES + 1 }, bytes });
  expect(unmet.error).toMatchObject({ code: 'OBJECT_RECORDS_UNEXPECTED', details: { actual: 2 * FILES } });
});

it('requires columns of each file, to the last', async () => {
  const last = { name: 'day/last.csv', data: 'bin,color\nH1,red\n' };
  const report = await carry(tarFile([...files, last]), { columns: { required: ['parts'] } });
  expect(report).toMatchObject({ outcome: 'failed', read: 2 * FILES });
  expect(report.error).toMatchObject({ code: 'OBJECT_COLUMNS_MISSING', partNumber: FILES + 1, part: 'day/last.csv' });
});
