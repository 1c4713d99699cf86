import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { feed, type Feed, type Source } from '@millrace/core';
import { dynamodbSink, landingItem } from '@millrace/dynamodb';
import { parseNdjson } from '@millrace/formats';

export interface VersionedFeedOptions {
  readonly name: string;
  readonly dynamodb: DynamoDBClient;
  readonly table: string;
  readonly records: number;
  readonly concurrency: number;
  readonly keepNewest: boolean;
}

interface Bin {
  readonly bin: string;
  readonly version: number;
}

const RECORDS_OF_CHUNK = 50;

/** A feed of one object, whose versions are told by their numbers; all versions have the same natural keys. */
export function versionedFeed({ name, dynamodb, table, records, ...options }: VersionedFeedOptions): Feed<number> {
  const source: Source<number, string> = {
    name: 'versions',
    describe: () => 'versions:object',
    open: async (version) => ({
      origin: {
        id: `versions:object@${version}`,
        uri: 'versions:object',
        lastModified: new Date(Date.UTC(2026, 0, version)).toISOString(),
      },
      sequencer: String(version).padStart(4, '0'),
      chunks: async function* () {
        for (let first = 0; first < records; first += RECORDS_OF_CHUNK) {
          const count = Math.min(RECORDS_OF_CHUNK, records - first);
          yield Array.from({ length: count }, (_, index) => `{"bin":"b${first + index}","version":${version}}\n`).join(
            '',
          );
        }
      },
    }),
  };
  return feed(name)
    .from(source)
    .through(parseNdjson<Bin>())
    .through(landingItem({ key: ({ bin }: Bin) => bin }))
    .to(dynamodbSink({ table, client: dynamodb, ...options }));
}
