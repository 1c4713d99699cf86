import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

/** What an invocation came to. */
export interface Answer {
  readonly response?: unknown;
  readonly error?: { readonly errorType: string; readonly errorMessage: string };
  /** Lambda killed the process: the time was over. */
  readonly timedOut?: true;
}

/** One execution environment: AWS's Node runtime interface client in a process, and the Runtime API that it talks to. */
export interface Sandbox extends AsyncDisposable {
  /**
   * Invokes the function with `timeoutMs` left, and kills it if it has not answered after `killMs`, which is `timeoutMs` by
   * default, as on Lambda.
   */
  readonly invoke: (event: unknown, timeoutMs?: number, killMs?: number) => Promise<Answer>;
  /** Ends the process by a signal and answers how it ended. */
  readonly end: (signal: NodeJS.Signals) => Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly pid: number;
  /** What the function wrote to its logs so far. */
  readonly logs: () => string;
}

interface Invocation {
  readonly id: string;
  readonly event: string;
  readonly deadline: number;
  readonly settle: (answer: Answer) => void;
}

/**
 * Starts a function under `aws-lambda-ric`, with the flags of Lambda's runtime for Node 22. The Runtime API is that of
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html; one invocation is under way at a time.
 */
export async function startSandbox(
  folder: string,
  handler: string,
  env: Readonly<Record<string, string>>,
): Promise<Sandbox> {
  const waiting: Invocation[] = [];
  let asking: ServerResponse | undefined;
  let current: Invocation | undefined;
  let failedStart: Answer | undefined;

  const handOver = (): void => {
    if (asking === undefined || current !== undefined) return;
    current = waiting.shift();
    if (current === undefined) return;
    asking.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': current.id,
      'Lambda-Runtime-Deadline-Ms': String(current.deadline),
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:123456789012:function:prices',
      'Lambda-Runtime-Trace-Id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700',
    });
    asking.end(current.event);
    asking = undefined;
  };
  const settle = (answer: Answer): void => {
    const settled = current;
    current = undefined;
    settled?.settle(answer);
    handOver();
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url!.replace('/2018-06-01/runtime/', '');
    if (path === 'invocation/next') {
      asking = response;
      handOver();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    response.writeHead(202).end();
    if (path === 'init/error') {
      failedStart = { error: body as NonNullable<Answer['error']> };
      for (const { settle: refuse } of waiting.splice(0)) refuse(failedStart);
    } else if (path === `invocation/${current?.id}/response`) settle({ response: body });
    else if (path === `invocation/${current?.id}/error`) settle({ error: body as NonNullable<Answer['error']> });
    else throw new Error(`${path} is not of the Runtime API, or of another invocation`);
  };
  // What is wrong with a request is an unhandled rejection, which fails the test.
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const child = startRuntime(folder, handler, (server.address() as AddressInfo).port, env);
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  const log: Buffer[] = [];
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => log.push(chunk));
  const logs = (): string => Buffer.concat(log).toString();
  void ended.then(([code, signal]) => {
    for (const one of [current, ...waiting.splice(0)]) {
      one?.settle({ error: { errorType: 'Runtime.ExitError', errorMessage: `${code ?? signal}: ${logs()}` } });
    }
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const [code, by] = await ended;
    return { code, signal: by };
  };

  let invocations = 0;
  return Object.freeze<Sandbox>({
    invoke: async (event, timeoutMs = 60_000, killMs = timeoutMs) => {
      if (failedStart !== undefined) return failedStart;
      const { promise, resolve } = Promise.withResolvers<Answer>();
      invocations += 1;
      const id = `8476a536-e9f4-11e8-9739-${String(invocations).padStart(12, '0')}`;
      const deadline = Date.now() + timeoutMs;
      waiting.push({ id, event: JSON.stringify(event), deadline, settle: resolve });
      const timer = setTimeout(() => {
        resolve({ timedOut: true });
        child.kill('SIGKILL');
      }, killMs);
      handOver();
      const answer = await promise;
      clearTimeout(timer);
      return answer;
    },
    end,
    pid: child.pid!,
    logs,
    [Symbol.asyncDispose]: async () => {
      await end('SIGKILL');
      server.closeAllConnections();
      server.close();
    },
  });
}

function startRuntime(
  folder: string,
  handler: string,
  port: number,
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const client = new URL('rapid-client.mjs', import.meta.url).href;
  const runtime = fileURLToPath(new URL('../../node_modules/aws-lambda-ric/index.mjs', import.meta.url));
  const flags = ['--no-experimental-require-module', '--no-experimental-detect-module'];
  return spawn(process.execPath, [...flags, '--import', client, runtime, handler], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      ...env,
      _HANDLER: handler,
      LAMBDA_TASK_ROOT: folder,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true',
      AWS_LAMBDA_FUNCTION_NAME: 'prices',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/prices',
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/22/[$LATEST]0',
    },
  });
}
