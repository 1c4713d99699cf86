import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happened in one answer of the table. */
export interface Taken {
  readonly at: number;
  readonly units: number;
  readonly held: number;
}

/** A DynamoDB stand-in that takes so many write units a second, and holds back the rest as unprocessed. */
export interface LimitedTable {
  readonly endpoint: string;
  readonly taken: readonly Taken[];
  /** Keys of the records that it took. */
  readonly keys: ReadonlySet<string>;
  readonly stop: () => Promise<void>;
}

interface Put {
  readonly PutRequest: { readonly Item: { readonly uuid: { readonly S: string } } };
}

/** The capacity that a pause saves up, in seconds: little, so that what is measured is the limit and not savings. */
const SAVED_SECONDS = 0.1;

/** Every item counts as one unit: give it records below a KB. */
export async function startLimitedTable(unitsPerSecond: number): Promise<LimitedTable> {
  const taken: Taken[] = [];
  const keys = new Set<string>();
  let capacity = unitsPerSecond * SAVED_SECONDS;
  let since = performance.now();
  const server = createServer((request, response) => {
    void body(request).then((text) => {
      const now = performance.now();
      capacity = Math.min(unitsPerSecond * SAVED_SECONDS, capacity + ((now - since) / 1000) * unitsPerSecond);
      since = now;
      const { RequestItems } = JSON.parse(text) as { readonly RequestItems: Readonly<Record<string, readonly Put[]>> };
      const [[table, puts] = ['', []]] = Object.entries(RequestItems);
      const units = Math.min(puts.length, Math.floor(capacity));
      capacity -= units === Infinity ? 0 : units;
      for (const { PutRequest } of puts.slice(0, units)) keys.add(PutRequest.Item.uuid.S);
      const held = puts.slice(units);
      taken.push({ at: now, units, held: held.length });
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(
        JSON.stringify({
          UnprocessedItems: held.length === 0 ? {} : { [table]: held },
          ConsumedCapacity: [{ TableName: table, CapacityUnits: units }],
        }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    keys,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function body(request: IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) text += chunk as string;
  return text;
}
