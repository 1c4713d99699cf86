import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from './backend.ts';

/** How long a server may take to start, in milliseconds. */
const START_MS = 120_000;
/** How long it may take to end by itself before it is killed, in milliseconds. */
const STOP_MS = 5_000;

/** A server that runs. */
export interface RunningBackend extends AsyncDisposable {
  readonly endpoint: string;
}

/** Starts a backend on a free port and waits until it responds. It ends with this process in any case. */
export async function startBackend(backend: Backend, folder: string): Promise<RunningBackend> {
  const port = await freePort();
  const { program, args, env } = backend.command(folder, port);
  const log = join(folder, 'server.log');
  const output = openSync(log, 'w');
  const stdio = ['ignore', output, output] as const;
  const child = spawn(program, args, { cwd: folder, stdio: [...stdio], env: { ...process.env, ...env } });
  closeSync(output);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}`));
  });
  let why: string | undefined;
  void ended.then((reason) => {
    why = reason;
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    const timer = setTimeout(kill, STOP_MS);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
    process.off('exit', kill);
  };
  const endpoint = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + START_MS;
  while (!(await responds(endpoint))) {
    if (why === undefined && performance.now() < deadline) {
      await sleep(200);
      continue;
    }
    await stop();
    throw new Error(`${backend.name} did not start: ${why ?? `it did not respond within ${START_MS} ms`}. See ${log}.`);
  }
  return { endpoint, [Symbol.asyncDispose]: stop };
}

/** Any response will do: without a signature, each service refuses in its own way. */
function responds(endpoint: string): Promise<boolean> {
  return fetch(endpoint, { signal: AbortSignal.timeout(5_000) }).then(
    () => true,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
