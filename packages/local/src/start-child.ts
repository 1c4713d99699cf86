import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MillraceError } from '@millrace/core';
import type { CreatedObject } from './created-object.ts';

/** How long a child may take to exit by itself before it is killed. */
const STOP_MS = 2000;
/** How much of a child's error output is kept for the error that reports its exit. */
const KEEP_STDERR = 4096;

export interface ChildOptions {
  readonly server: 's3' | 'dynamodb';
  /** Passed to the program in `children/`. */
  readonly options: { readonly port: number; readonly [option: string]: unknown };
  readonly startTimeoutMs: number;
  readonly onCreated?: (created: CreatedObject) => void;
}

/** A server that runs in its own process. */
export interface Child {
  readonly pid: number;
  readonly endpoint: string;
  /** Resolves after every message that the child sent before this call has been handled. */
  readonly flush: () => Promise<void>;
  /** Ends the process and resolves when it has exited. Further calls have no effect. */
  readonly stop: () => Promise<void>;
}

type Message =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'created'; readonly created: CreatedObject }
  | { readonly kind: 'flush'; readonly id: number };

/**
 * Starts a server and resolves when it responds. From then on it does not keep this process alive.
 *
 * @throws MillraceError `LOCAL_START_FAILED`
 */
export async function startChild({ server, options, startTimeoutMs, onCreated }: ChildOptions): Promise<Child> {
  const child = forkServer(server, options);
  const flushes = new Map<number, { readonly resolve: () => void; readonly reject: (reason: Error) => void }>();
  const exit = watchExit(child, server);
  void exit.then((error) => {
    for (const { reject } of flushes.values()) reject(error);
    flushes.clear();
  });

  const port = await new Promise<number>((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new MillraceError('LOCAL_START_FAILED', `The local ${server} server did not start: ${why}`, { cause }));
    };
    const timer = setTimeout(() => fail(`no answer within ${startTimeoutMs} ms.`), startTimeoutMs);
    void exit.then((error) => fail(error.message, error));
    child.on('message', (message: Message) => {
      if (message.kind === 'ready') {
        clearTimeout(timer);
        resolve(message.port);
      } else if (message.kind === 'created') {
        onCreated?.(message.created);
      } else {
        flushes.get(message.id)?.resolve();
        flushes.delete(message.id);
        if (flushes.size === 0) child.channel?.unref();
      }
    });
  });

  child.unref();
  child.channel?.unref();
  (child.stderr as Socket | null)?.unref();

  let flushed = 0;
  let stopped: Promise<void> | undefined;
  return {
    pid: child.pid ?? 0,
    endpoint: `http://127.0.0.1:${port}`,
    flush: async () => {
      if (!child.connected) throw await exit;
      await new Promise<void>((resolve, reject) => {
        flushed += 1;
        flushes.set(flushed, { resolve, reject });
        // A caller waits, so the process must not exit early.
        child.channel?.ref();
        child.send({ kind: 'flush', id: flushed }, () => {});
      });
    },
    stop: () => (stopped ??= stopChild(child, exit)),
  };
}

function forkServer(server: string, options: object): ChildProcess {
  // This module is src/start-child.ts, dist/index.js or dist/index.cjs; the programs are next to it in `children`.
  const here = typeof __filename === 'string' ? __filename : fileURLToPath(import.meta.url);
  const program = join(dirname(here), 'children', `${server}${here.endsWith('.ts') ? '.ts' : '.js'}`);
  return fork(program, [JSON.stringify(options)], {
    // fauxqs loads node:sqlite, which needed a flag in Node up to 22.12.
    execArgv: ['--no-warnings', ...(processAllows('--experimental-sqlite') ? ['--experimental-sqlite'] : [])],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

function processAllows(flag: string): boolean {
  return process.allowedNodeEnvironmentFlags.has(flag);
}

/** Resolves when the process has exited or could not be started, with an error that says how. */
function watchExit(child: ChildProcess, server: string): Promise<MillraceError> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEEP_STDERR);
  });
  return new Promise((resolve) => {
    const ended = (how: string, cause?: unknown): void => {
      const message = `The local ${server} server ended (${how}). ${stderr.trim()}`.trim();
      resolve(new MillraceError('LOCAL_SERVER_ENDED', message, { cause }));
    };
    child.once('error', (error) => ended(error.message, error));
    // Not 'close': Node does not emit it for a child whose channel was disconnected here. The error output may lag.
    child.once('exit', (code, signal) => {
      const how = signal ?? `exit code ${code}`;
      if (child.stderr === null || child.stderr.closed) ended(how);
      else child.stderr.once('close', () => ended(how));
    });
  });
}

async function stopChild(child: ChildProcess, exit: Promise<unknown>): Promise<void> {
  child.ref();
  (child.stderr as Socket | null)?.ref();
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  if (child.connected) child.disconnect();
  await exit;
  clearTimeout(timer);
}
