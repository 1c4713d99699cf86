import { type Decimal, type Feed, feed, map, validate } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { type FileRef, type FileSource, fileSource } from '@millrace/file';
import { parseCsv, parseNdjson } from '@millrace/formats';
import { columnsFromSchema, landingColumns, landingRow, type PostgresClient, postgresSink } from '@millrace/postgres';
import { z } from 'zod';

/** What both suppliers' records become. Amounts stay text, so that no digit goes through a floating-point number. */
const Price = z.object({
  sku: z.string().min(1),
  title: z.string(),
  amount: z.string().regex(/^\d+(\.\d+)?$/),
  currency: z.string().length(3),
  day: z.iso.date(),
});

/** The table: what landing adds, and the columns of the schema; the amount in the type that PostgreSQL has for money. */
export const columns = {
  ...landingColumns({}, 'flat'),
  ...columnsFromSchema(Price),
  amount: { type: 'numeric', required: true },
};

interface NordwindRow {
  readonly Artikel: string;
  readonly Bezeichnung: string;
  readonly Preis: string;
  readonly Währung: string;
  readonly Tag: string;
}

interface AtlasRow {
  readonly sku: string;
  readonly title: string;
  readonly price: { readonly amount: number | Decimal; readonly currency: string };
  readonly at: string;
}

export interface PriceFeed {
  readonly feed: Feed<FileRef>;
  readonly source: FileSource;
  readonly files: string;
}

/** The suppliers' feeds, into one table. */
export function priceFeeds(client: PostgresClient, table: string): readonly PriceFeed[] {
  const source = fileSource();
  const nordwind = feed('nordwind')
    .from(source)
    .through(decodeText('windows-1252'))
    .through(parseCsv<NordwindRow>({ delimiter: ';' }))
    .through(
      map(({ Artikel, Bezeichnung, Preis, Währung, Tag }) => ({
        sku: Artikel,
        title: Bezeichnung,
        amount: Preis.replaceAll('.', '').replace(',', '.'), // 1.234,50
        currency: Währung,
        day: Tag,
      })),
    )
    .through(validate(Price))
    .through(landingRow({ layout: 'flat' }))
    .to(postgresSink({ client, table }));
  const atlas = feed('atlas')
    .from(source)
    .through(decodeText('utf-8'))
    .through(parseNdjson<AtlasRow>({ numbers: 'exact' }))
    .through(
      map(({ at, price, sku, title }) => ({
        sku,
        title,
        amount: String(price.amount),
        currency: price.currency,
        day: at.slice(0, 10),
      })),
    )
    .through(validate(Price))
    .through(landingRow({ layout: 'flat' }))
    .to(postgresSink({ client, table }));
  return [
    { feed: nordwind, source, files: 'files/nordwind-*.csv' },
    { feed: atlas, source, files: 'files/atlas-*.ndjson' },
  ];
}
