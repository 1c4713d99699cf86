import { BatchWriteItemCommand, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, lowLevel } from '../src/client.ts';
import { clientObstacle } from '../src/client-obstacle.ts';
import { marshal } from '../src/marshal.ts';
import { attend, type Passages, type SentRequest } from '../src/passage.ts';
import { requestPattern } from '../src/request-pattern.ts';
import { sdkSender } from '../src/sdk-sender.ts';
import { clientConfig, ok, type ServiceStub, startStub } from './support/service-stub.ts';

/**
 * What the senders rely on in the SDK. Where a case fails after an update, the sender that is named is slower or out of
 * use, but not wrong: docs/decisions/dynamodb-senders.md says what to do.
 */
let stub: ServiceStub;
beforeAll(async () => {
  stub = await startStub(() => ok);
});
afterAll(() => stub.stop());

const { signal } = new AbortController();

/** Items that must not be read back: that would be done only where the SDK, or something on it, looks at the input. */
function unread() {
  const item = marshal({ uuid: 'a' });
  Object.assign(item.json, {
    toString: () => {
      throw new Error('the SDK has looked at the items');
    },
  });
  return [item];
}

describe('both senders', () => {
  it.each<[string, DynamoDBClientConfig]>([
    ['as it is', {}],
    ['that caches its middleware', { cacheMiddleware: true }],
  ])('have a body put in that the SDK does not make, with a client %s', async (_, config) => {
    const client = new DynamoDBClient({ ...clientConfig(stub), ...config });
    await sdkSender('landing', client, 1).send(unread(), signal);
    expect(stub.requests.at(-1)!.items).toEqual([{ uuid: { S: 'a' } }]);
    client.destroy();
  });

  it('see what is sent, signed and resolved', async () => {
    const client = new DynamoDBClient(clientConfig(stub));
    let sent: SentRequest | undefined;
    await sdkSender('landing', client, 1).send(unread(), signal, (request) => {
      sent = request;
    });
    expect(sent).toMatchObject({
      method: 'POST',
      path: '/',
      headers: {
        authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 /),
        'x-amz-target': 'DynamoDB_20120810.BatchWriteItem',
      },
      body: expect.any(Uint8Array),
    });
    client.destroy();
  });

  it('can have credentials refreshed', async () => {
    let calls = 0;
    const credentials = async () => {
      calls += 1;
      return { accessKeyId: `a${calls}`, secretAccessKey: 'b' };
    };
    const { config } = new DynamoDBClient({ ...clientConfig(stub), credentials });
    const ids = [
      await config.credentials(),
      await config.credentials(),
      await config.credentials({ forceRefresh: true }),
    ];
    expect(ids.map(({ accessKeyId }) => accessKeyId)).toEqual(['a1', 'a1', 'a2']);
  });
});

describe('the lean sender', () => {
  it('finds no obstacle on a client that is as it was made', async () => {
    const client = new DynamoDBClient({ region: 'us-east-1' });
    expect(await clientObstacle(client)).toBeUndefined();
    expect(await clientObstacle(lowLevel(DynamoDBDocumentClient.from(client)))).toBeUndefined();
    expect(await clientObstacle(createClient(16).client)).toBeUndefined();
  });

  it("finds the agents and the time-outs of the client's handler", async () => {
    const client = new DynamoDBClient({
      ...clientConfig(stub),
      requestHandler: { requestTimeout: 7000, socketTimeout: 8000 },
    });
    await sdkSender('landing', client, 1).send(unread(), signal);
    const handler = client.config.requestHandler as unknown as { httpHandlerConfigs: () => object };
    expect(handler.httpHandlerConfigs()).toMatchObject({
      requestTimeout: 7000,
      socketTimeout: 8000,
      httpAgent: { keepAlive: true },
      httpsAgent: { keepAlive: true },
    });
    client.destroy();
  });

  const credentials = {
    accessKeyId: 'AKID',
    secretAccessKey: 'secret',
    sessionToken: 'token',
    accountId: '123456789012',
  };
  it.each<[string, DynamoDBClientConfig, string, string]>([
    ['a region', {}, 'https://123456789012.ddb.us-west-2.amazonaws.com', 'landing'],
    ['no account', { accountIdEndpointMode: 'disabled' }, 'https://dynamodb.us-west-2.amazonaws.com', 'landing'],
    ['FIPS', { useFipsEndpoint: true }, 'https://dynamodb-fips.us-west-2.amazonaws.com', 'landing'],
    [
      'dual stack',
      { useDualstackEndpoint: true, accountIdEndpointMode: 'disabled' },
      'https://dynamodb.us-west-2.api.aws',
      'landing',
    ],
    ['China', { region: 'cn-north-1' }, 'https://123456789012.ddb.cn-north-1.amazonaws.com.cn', 'landing'],
    ['an endpoint', { endpoint: 'http://localhost:8000/base' }, 'http://localhost:8000', 'landing'],
    [
      'a table of another account',
      {},
      'https://999999999999.ddb.us-west-2.amazonaws.com',
      'arn:aws:dynamodb:us-west-2:999999999999:table/landing',
    ],
  ])('repeats requests to %s', async (_, config, origin, table) => {
    // The environment names an endpoint if the tests run against one.
    const amazon = { region: 'us-west-2', credentials, maxAttempts: 1, ignoreConfiguredEndpointUrls: true };
    const client = new DynamoDBClient({ ...amazon, ...config });
    const passages: Passages = new WeakMap();
    let sent: SentRequest | undefined;
    attend(client.middlewareStack, client.config.requestHandler, passages, () => ({ RequestItems: { [table]: [] } }));
    const input = { RequestItems: { [table]: [] } };
    const body = Buffer.from('{"ü":1}');
    passages.set(input, {
      signal,
      body: () => body,
      onSent: (request) => {
        sent = request;
        throw new Error('not sent');
      },
    });
    await expect(client.send(new BatchWriteItemCommand(input))).rejects.toThrow('not sent');
    const { protocol, hostname, port } = sent!;
    expect(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`).toBe(origin);
    expect(sent!.body).toBe(body);
    const pattern = requestPattern(sent!, credentials);
    expect(pattern?.isOf(credentials)).toBe(true);
    expect(pattern?.isOf({ ...credentials, accessKeyId: 'other' })).toBe(false);
    expect(pattern?.isOf({ ...credentials, sessionToken: 'other' })).toBe(false);
    const again = pattern!.headers(body);
    expect(again).toContain(String(body.length));
    expect(again).toContain('token');
  });

  it('repeats nothing that it would sign in another way', async () => {
    const client = new DynamoDBClient(clientConfig(stub));
    let sent: SentRequest | undefined;
    await sdkSender('landing', client, 1).send([marshal({ uuid: 'a' })], signal, (request) => {
      sent = request;
    });
    const own = { accessKeyId: 'test', secretAccessKey: 'test' };
    expect(requestPattern(sent!, own)).toBeDefined();
    const { headers } = sent!;
    for (const changed of [
      { ...sent!, method: 'PUT' },
      { ...sent!, path: '/other' },
      { ...sent!, query: { a: 'b' } },
      { ...sent!, body: undefined },
      { ...sent!, body: Buffer.from('other') },
      { ...sent!, headers: { ...headers, host: 'other' } },
      { ...sent!, headers: { ...headers, 'x-amz-date': 'today' } },
      { ...sent!, headers: { ...headers, 'x-amz-security-token': 'x' } },
      { ...sent!, headers: { ...headers, authorization: 'Bearer x' } },
    ]) {
      expect(requestPattern(changed, own)).toBeUndefined();
    }
    expect(requestPattern(sent!, { ...own, secretAccessKey: 'other' })).toBeUndefined();
    expect(requestPattern(sent!, { ...own, accessKeyId: 'other' })).toBeUndefined();
    client.destroy();
  });
});
