import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AttributeValue, Verifier } from './verifier.ts';

/** What the stub was sent. */
export interface TableStats {
  readonly requests: number;
  readonly records: number;
  readonly bytes: number;
  /** Milliseconds from the end of a request to its answer, summed. */
  readonly answeringMs: number;
}

export interface TableStub {
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  readonly stats: () => TableStats;
}

const PUT = Buffer.from('"PutRequest"');

interface WriteRequest {
  readonly Item?: Readonly<Record<string, AttributeValue>>;
  readonly RequestItems?: Readonly<
    Record<string, readonly { readonly PutRequest: { readonly Item: Readonly<Record<string, AttributeValue>> } }[]>
  >;
}

/**
 * DynamoDB's BatchWriteItem and PutItem that accept everything and keep nothing. Records are counted by a search for bytes,
 * because parsing them would cost as much as the client's own work, on the same cores.
 */
export function tableStub(delayMs: number, verifier: Verifier | undefined): TableStub {
  const stats = { requests: 0, records: 0, bytes: 0, answeringMs: 0 };
  const answers: Buffer[] = [];
  const respond = (response: ServerResponse, records: number): void => {
    const body = (answers[records] ??= Buffer.from(
      JSON.stringify({ UnprocessedItems: {}, ConsumedCapacity: [{ TableName: 'stub', CapacityUnits: records }] }),
    ));
    const headers = ['content-type', 'application/x-amz-json-1.0', 'content-length', String(body.length)];
    response.writeHead(200, headers).end(body);
  };
  const take = (body: Buffer, single: boolean): number => {
    stats.requests += 1;
    stats.bytes += body.length;
    if (verifier !== undefined) {
      const { Item, RequestItems } = JSON.parse(body.toString()) as WriteRequest;
      const items =
        Item === undefined
          ? Object.values(RequestItems ?? {})
              .flat()
              .map((put) => put.PutRequest.Item)
          : [Item];
      for (const item of items) verifier.take(item);
    }
    const records = single ? 1 : occurrences(body, PUT);
    stats.records += records;
    return records;
  };
  return {
    answer: (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => void chunks.push(chunk));
      request.on('end', () => {
        const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
        const records = take(body, request.headers['x-amz-target']?.toString().endsWith('.PutItem') === true);
        if (delayMs === 0) {
          respond(response, records);
          return;
        }
        const started = performance.now();
        setTimeout(() => {
          stats.answeringMs += performance.now() - started;
          respond(response, records);
        }, delayMs);
      });
    },
    stats: () => ({ ...stats }),
  };
}

function occurrences(body: Buffer, bytes: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(bytes); at !== -1; at = body.indexOf(bytes, at + bytes.length)) count += 1;
  return count;
}
