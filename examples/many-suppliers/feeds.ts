import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { type Feed, feed, map, validate } from '@millrace/core';
import { dynamodbSink, landingItem } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { detect } from '@millrace/encoding/detect';
import { parseCsv, parseFixedWidth, parseJson, parseNdjson } from '@millrace/formats';
import { type S3Ref, s3Source } from '@millrace/s3';
import { type Customer, CustomerSchema } from './customer.ts';

/** `atlas`: a spreadsheet's export, with German numbers and dates. Sometimes it is saved as UTF-8. */
interface AtlasRow {
  readonly Nummer: string;
  readonly Name: string;
  readonly Ort: string;
  readonly Land: string;
  readonly 'Kunde seit': string;
  readonly Saldo: string;
}

/** `breeze`: events of a web shop. */
interface BreezeCustomer {
  readonly id: number;
  readonly fullName: string;
  readonly address: { readonly town: string; readonly countryCode: string };
  readonly createdAt: string;
  readonly balance: number;
}

/** `cobol`: a report of a machine that has run since 1987. */
interface CobolLine {
  readonly id: string;
  readonly name: string;
  readonly city: string;
  readonly country: string;
  readonly since: string;
  readonly cents: number;
}

/** `delta`: a document with the customers inside it. */
interface DeltaCustomer {
  readonly key: string;
  readonly who: { readonly given: string; readonly family: string };
  readonly where: readonly [city: string, country: string];
  readonly since: { readonly y: number; readonly m: number; readonly d: number };
  readonly cents: number;
}

const two = (number: number): string => String(number).padStart(2, '0');

/** One feed for each supplier. They differ up to `map`; from `validate` on they are the same. */
export function feedsInto(
  table: string,
  s3: S3Client,
  dynamodb: DynamoDBClient,
): Readonly<Record<string, Feed<S3Ref>>> {
  const source = s3Source({ client: s3 });
  const sink = dynamodbSink({ table, client: dynamodb });

  const atlas = feed('atlas')
    .from(source)
    .through(decodeText(detect({ allowed: ['windows-1252', 'utf-8'] })))
    .through(parseCsv<AtlasRow>({ delimiter: ';' }))
    .through(
      map((row): Customer => {
        const [day, month, year] = row['Kunde seit'].split('.');
        return {
          customer: `C-${row.Nummer}`,
          name: row.Name,
          city: row.Ort,
          country: row.Land,
          since: `${year}-${month}-${day}`,
          balance: Math.round(Number(row.Saldo.replaceAll('.', '').replace(',', '.')) * 100),
        };
      }),
    )
    .through(validate(CustomerSchema))
    .through(landingItem())
    .to(sink);

  const breeze = feed('breeze')
    .from(source)
    .through(decodeText('utf-8'))
    .through(parseNdjson<BreezeCustomer>())
    .through(
      map(({ id, fullName, address, createdAt, balance }): Customer => ({
        customer: `C-${id}`,
        name: fullName,
        city: address.town,
        country: address.countryCode,
        since: createdAt.slice(0, 10),
        balance: Math.round(balance * 100),
      })),
    )
    .through(validate(CustomerSchema))
    .through(landingItem())
    .to(sink);

  const cobol = feed('cobol')
    .from(source)
    .through(decodeText('cp437'))
    .through(
      parseFixedWidth<CobolLine>({
        columns: [
          { name: 'id', width: 4 },
          { name: 'name', width: 24 },
          { name: 'city', width: 16 },
          { name: 'country', width: 2 },
          { name: 'since', width: 8 },
          { name: 'cents', width: 10 },
        ],
        types: { cents: 'integer' },
      }),
    )
    .through(
      map(({ id, since, cents, ...rest }): Customer => ({
        ...rest,
        customer: `C-${id}`,
        since: `${since.slice(0, 4)}-${since.slice(4, 6)}-${since.slice(6)}`,
        balance: cents,
      })),
    )
    .through(validate(CustomerSchema))
    .through(landingItem())
    .to(sink);

  const delta = feed('delta')
    .from(source)
    .through(decodeText('utf-16'))
    .through(parseJson<DeltaCustomer>({ path: 'export.customers[*]' }))
    .through(
      map(({ key, who, where: [city, country], since, cents }): Customer => ({
        customer: key,
        name: `${who.given} ${who.family}`,
        city,
        country,
        since: `${since.y}-${two(since.m)}-${two(since.d)}`,
        balance: cents,
      })),
    )
    .through(validate(CustomerSchema))
    .through(landingItem())
    .to(sink);

  return { atlas, breeze, cobol, delta };
}
