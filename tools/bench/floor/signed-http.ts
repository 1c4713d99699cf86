import { createHash, createHmac, hash } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';

/** Signs requests of one service and sends them over kept connections. */
export interface SignedHttp {
  readonly send: (
    method: 'GET' | 'POST',
    path: string,
    headers: Readonly<Record<string, string>>,
    body: Buffer | undefined,
  ) => Promise<IncomingMessage>;
  readonly close: () => void;
}

/** What the signer derives its keys with. The bodies are hashed in one go, beside it. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHmac> | ReturnType<typeof createHash>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }

  readonly reset = (): void => undefined;

  readonly update = (data: Uint8Array): void => void this.#hash.update(data);

  readonly digest = (): Promise<Uint8Array> => Promise.resolve(this.#hash.digest());
}

const EMPTY = hash('sha256', '');

export function signedHttp(service: 's3' | 'dynamodb', endpoint: string): SignedHttp {
  const { hostname, port, host } = new URL(endpoint);
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
  const signer = new SignatureV4({
    service,
    region: region!,
    credentials: { accessKeyId: accessKeyId!, secretAccessKey: secretAccessKey! },
    sha256: Sha256,
    uriEscapePath: service !== 's3',
  });
  const agent = new Agent({ keepAlive: true });
  return {
    send: async (method, path, headers, body) => {
      const signed = await signer.sign({
        method,
        protocol: 'http:',
        hostname,
        path,
        query: {},
        headers: { ...headers, host, 'x-amz-content-sha256': body === undefined ? EMPTY : hash('sha256', body) },
      });
      return new Promise((resolve, reject) => {
        const length = body === undefined ? {} : { 'content-length': body.length };
        const options = { agent, hostname, port, method, path, headers: { ...signed.headers, ...length } };
        request(options, resolve).on('error', reject).end(body);
      });
    },
    close: () => agent.destroy(),
  };
}
