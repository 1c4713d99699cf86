import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that says what a test tells it to, for what no emulator can be made to say. The SDK in front of it is real. */
export interface StubS3 extends AsyncDisposable {
  readonly client: S3Client;
  readonly requests: readonly IncomingMessage[];
  /** Connections that are open now. */
  readonly sockets: ReadonlySet<Socket>;
  /** Another client of the same server. */
  readonly clientWith: (config: S3ClientConfig) => S3Client;
}

export async function stubS3(answer: Answer): Promise<StubS3> {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const clients: S3Client[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    request.resume();
    answer(request, response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const clientWith = (config: S3ClientConfig): S3Client => {
    const client = new S3Client({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'stub', secretAccessKey: 'stub' },
      maxAttempts: 1,
      ...config,
    });
    clients.push(client);
    return client;
  };
  return {
    client: clientWith({}),
    requests,
    sockets,
    clientWith,
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

/** An error as S3 answers it: an XML document, or nothing but the status for HEAD. */
export function errorAnswer(
  status: number,
  code: string,
  { elements = '', headers = {} }: { elements?: string; headers?: Record<string, string> } = {},
): Answer {
  return ({ method }, response) => {
    response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'REQUEST1', ...headers });
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>as S3 says it</Message>${elements}<RequestId>REQUEST1</RequestId></Error>`;
    response.end(method === 'HEAD' ? undefined : xml);
  };
}

/** One page of a listing, with keys as they stand. */
export function pageAnswer(
  keys: readonly string[],
  {
    token,
    encoded = false,
    sizes = {},
    elements = {},
  }: {
    token?: string;
    encoded?: boolean;
    sizes?: Readonly<Record<string, number>>;
    /** What else is said of a key, as XML. */
    elements?: Readonly<Record<string, string>>;
  } = {},
): Answer {
  const contents = keys.map(
    (key) =>
      `<Contents><Key>${key}</Key><ETag>&quot;etag&quot;</ETag><Size>${sizes[key] ?? 7}</Size>${elements[key] ?? ''}</Contents>`,
  );
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(
      `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>` +
        `<IsTruncated>${token !== undefined}</IsTruncated>${encoded ? '<EncodingType>url</EncodingType>' : ''}` +
        `${token === undefined ? '' : `<NextContinuationToken>${token}</NextContinuationToken>`}${contents.join('')}</ListBucketResult>`,
    );
  };
}

/** Answers in order, the last one for ever. */
export function inTurn(...answers: readonly Answer[]): Answer {
  let next = 0;
  return (request, response) => answers[Math.min(next++, answers.length - 1)]?.(request, response);
}
