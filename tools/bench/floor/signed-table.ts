import type { IncomingMessage } from 'node:http';
import type { Job } from '../carrier.ts';
import type { SendItems } from './land.ts';
import type { ObjectReader } from './object-body.ts';
import { signedHttp } from './signed-http.ts';

/** The bucket and the table of a job, by requests without the SDK. */
export interface SignedServices {
  readonly reader: ObjectReader;
  readonly send: SendItems;
  readonly close: () => void;
}

interface Answer {
  readonly UnprocessedItems?: Readonly<Record<string, readonly { readonly PutRequest: { readonly Item: unknown } }[]>>;
}

const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.BatchWriteItem',
};

/** Requests signed by the SDK's signer, and sent by node:http. */
export function signedServices(job: Job): SignedServices {
  const s3 = signedHttp('s3', process.env['AWS_ENDPOINT_URL_S3']!);
  const dynamodb = signedHttp('dynamodb', process.env['AWS_ENDPOINT_URL_DYNAMODB']!);
  return {
    reader: {
      open: async (key: string) => {
        const body = await s3.send('GET', `/${job.bucket}/${key}`, {}, undefined);
        if (body.statusCode !== 200) throw new Error(await text(body));
        const { etag, 'last-modified': lastModified } = body.headers;
        return { body, etag: etag!, lastModified: new Date(lastModified!).toISOString() };
      },
      close: s3.close,
    },
    send: async (items) => {
      const puts = items.map((Item) => ({ PutRequest: { Item } }));
      const body = JSON.stringify({ RequestItems: { [job.table]: puts }, ReturnConsumedCapacity: 'TOTAL' });
      const response = await dynamodb.send('POST', '/', HEADERS, Buffer.from(body));
      const answer = await text(response);
      if (response.statusCode !== 200) throw new Error(answer);
      const { UnprocessedItems = {} } = JSON.parse(answer) as Answer;
      return Object.values(UnprocessedItems).flatMap((left) => left.map(({ PutRequest }) => PutRequest.Item));
    },
    close: dynamodb.close,
  };
}

/** By events: an async iterator over each small answer costs as much as the answer. */
function text(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => void chunks.push(chunk));
    response.on('end', () => resolve(Buffer.concat(chunks).toString()));
    response.on('error', reject);
  });
}
