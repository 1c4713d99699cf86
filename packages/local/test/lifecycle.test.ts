import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import { startLocalAws } from '../src/index.ts';

// Each case starts processes, which takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function gone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await sleep(10);
}

/** Runs a program that starts the stack as its own parent. */
function parent(program: string) {
  const source = `import { startLocalAws } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};\n${program}`;
  const flags = ['--no-warnings', '--conditions=@millrace/source', '--input-type=module', '--eval', source];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  const pids = once(child.stdout, 'data').then(([data]) => JSON.parse(String(data)) as number[]);
  return { child, pids, exit: once(child, 'exit') };
}

const PRINT_PIDS = 'const aws = await startLocalAws(); process.stdout.write(JSON.stringify(Object.values(aws.pids)));';

describe('the servers', () => {
  it('end with a parent that is killed', async () => {
    const { child, pids, exit } = parent(`${PRINT_PIDS} setInterval(() => {}, 1000);`);
    const servers = await pids;
    expect(servers).toHaveLength(2);
    expect(servers.every(isAlive)).toBe(true);
    child.kill('SIGKILL');
    await exit;
    await gone(servers);
  });

  it('end with a parent that is done, and do not keep it alive', async () => {
    const { pids, exit } = parent(PRINT_PIDS);
    expect(await exit).toEqual([0, null]);
    await gone(await pids);
  });

  it('leave Ctrl-C to the parent', async () => {
    await using aws = await startLocalAws();
    for (const pid of Object.values(aws.pids)) process.kill(pid, 'SIGINT');
    expect((await fetch(`${aws.s3Endpoint}/health`)).status).toBe(200);
    expect((await fetch(aws.dynamodbEndpoint)).status).toBe(200);
  });
});

describe('stop', () => {
  it('ends both servers, and calling it again is the same as once', async () => {
    const aws = await startLocalAws();
    await Promise.all([aws.stop(), aws.stop()]);
    await aws.stop();
    expect(Object.values(aws.pids).some(isAlive)).toBe(false);
    await aws.idle();
  });

  it('waits for its end in a program that has nothing else to do', async () => {
    const { exit } = parent(`${PRINT_PIDS} await aws.idle(); await aws.stop(); process.exitCode = 7;`);
    expect(await exit).toEqual([7, null]);
  });

  it('lets no handler be called afterwards', async () => {
    const aws = await startLocalAws();
    let calls = 0;
    aws.onObjectCreated({
      bucket: 'bucket',
      retryDelayMs: 1,
      handler: () => Promise.reject(new Error(`${(calls += 1)}`)),
    });
    await fetch(`${aws.s3Endpoint}/bucket`, { method: 'PUT' });
    await fetch(`${aws.s3Endpoint}/bucket/key`, { method: 'PUT', body: 'x' });
    const idle = aws.idle();
    while (calls === 0) await sleep(1);
    await aws.stop();
    await idle;
    const before = calls;
    await sleep(20);
    expect(calls).toBe(before);
    expect(aws.redeliver()).toEqual([]);
  });
});

describe('a start that fails', () => {
  it('says that the port is taken, and leaves nothing behind', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    for (const option of [{ s3Port: port }, { dynamodbPort: port }]) {
      const start = startLocalAws(option);
      await expect(start).rejects.toMatchObject({
        code: 'LOCAL_START_FAILED',
        message: expect.stringContaining('EADDRINUSE'),
      });
    }
    taken.close();
  });

  it('gives up when its time is over', async () => {
    const start = startLocalAws({ startTimeoutMs: 1 });
    await expect(start).rejects.toMatchObject({ code: 'LOCAL_START_FAILED', message: expect.stringContaining('1 ms') });
  });

  it('refuses options that it does not know', async () => {
    await expect(startLocalAws({ port: 1 } as object)).rejects.toMatchObject({ code: 'OPTION_UNKNOWN' });
    await expect(startLocalAws({ region: '' })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});

it('tells whoever waits that a server has ended', async () => {
  await using aws = await startLocalAws();
  process.kill(aws.pids.s3, 'SIGKILL');
  await gone([aws.pids.s3]);
  await expect(aws.idle()).rejects.toMatchObject({ code: 'LOCAL_SERVER_ENDED' });
});

it('survives clients that abort in the middle of a request', async () => {
  await using aws = await startLocalAws();
  const { dynamodbEndpoint: endpoint, region, credentials } = aws;
  const head =
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 1000\r\n\r\n{"a"';
  for (const server of [aws.dynamodbEndpoint, aws.s3Endpoint]) {
    const socket = connect(Number(new URL(server).port), '127.0.0.1');
    await new Promise<void>((resolve) => void socket.write(head, () => resolve()));
    await sleep(20);
    socket.resetAndDestroy();
  }
  await sleep(20);
  const dynamodb = new DynamoDBClient({ endpoint, region, credentials, maxAttempts: 1 });
  expect((await dynamodb.send(new ListTablesCommand({}))).TableNames).toEqual([]);
  expect((await fetch(`${aws.s3Endpoint}/health`)).status).toBe(200);
});
