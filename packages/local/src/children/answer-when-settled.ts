import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const TABLE_OPERATIONS = ['CreateTable', 'UpdateTable', 'DeleteTable'].map((name) => `DynamoDB_20120810.${name}`);

interface TableDescription {
  readonly TableName?: string;
  readonly TableStatus?: string;
  readonly GlobalSecondaryIndexes?: readonly { readonly IndexStatus?: string }[];
}

/**
 * Holds the answers of table operations until the table has its final state. dynalite, told to take no time, changes it a
 * moment after its answer, so that a write that follows would sometimes find no table.
 */
export function answerWhenSettled(server: Server): void {
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!TABLE_OPERATIONS.includes(String(request.headers['x-amz-target']))) return;
    const end = response.end.bind(response) as (body: string) => ServerResponse;
    response.end = ((body: string) => {
      const name = tableOf(body)?.TableName;
      if (name === undefined) return end(body);
      void settled(server, name).finally(() => end(body));
      return response;
    }) as typeof response.end;
  });
}

/** Resolves when nothing about the table is under way any more, or it is gone. */
async function settled(server: Server, name: string): Promise<void> {
  const { port } = server.address() as AddressInfo;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.DescribeTable',
        'x-amz-date': '20260101T000000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
      },
      body: JSON.stringify({ TableName: name }),
    });
    const table = tableOf(await answer.text());
    const statuses = [
      table?.TableStatus,
      ...(table?.GlobalSecondaryIndexes ?? []).map(({ IndexStatus }) => IndexStatus),
    ];
    if (!statuses.some((status) => status?.endsWith('ING'))) return;
  }
}

/** What an answer says of its table; nothing where it is an error. */
function tableOf(body: string): TableDescription | undefined {
  const { TableDescription: described, Table: table } = JSON.parse(body) as Readonly<Record<string, TableDescription>>;
  return described ?? table;
}
