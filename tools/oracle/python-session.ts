import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Reading } from './reading.ts';

const PROGRAM = fileURLToPath(new URL('read.py', import.meta.url));

/** What to read and how; the members are those of `read.py`. */
export interface PythonRequest {
  readonly oracle: string;
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly dump?: string | undefined;
}

/** Python's readers in a process of their own, one request after the other. */
export interface PythonSession {
  readonly read: (request: PythonRequest) => Promise<Reading>;
  readonly close: () => void;
}

interface Reply {
  readonly lines?: number;
  readonly sha256?: string;
  readonly facts?: Readonly<Record<string, number>>;
  readonly refused?: string;
  readonly message?: string;
}

/**
 * Starts the process when it is needed, and again after a crash: a reader that ends the process on a damaged file, or takes
 * longer than `limitMs`, has refused it.
 */
export function pythonSession(python: string, limitMs = 120_000): PythonSession {
  let child: ChildProcess | undefined;
  let settle: ((reading: Reading) => void) | undefined;
  let said = '';
  const refused = (code: string, message: string): Reading => ({ kind: 'refused', code, message });

  const start = (): ChildProcess => {
    const started = spawn(python, [PROGRAM], { stdio: ['pipe', 'pipe', 'pipe'] });
    // What a process says that was given up for another one is an answer to no question.
    const say = (reading: Reading): void => {
      if (child === started) settle?.(reading);
    };
    createInterface({ input: started.stdout }).on('line', (line) => say(readingOf(JSON.parse(line) as Reply)));
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-500);
    });
    // A request to a process that has just died.
    started.stdin.on('error', () => {});
    started.on('error', (error) => say(refused('NotStarted', error.message)));
    started.on('exit', (code, signal) => {
      say(refused('Crashed', `the process ended with ${signal ?? code}. ${said}`.trim()));
      if (child === started) child = undefined;
    });
    return started;
  };

  return {
    read: async (request) => {
      const running = (child ??= start());
      said = '';
      let timer: NodeJS.Timeout | undefined;
      try {
        return await new Promise<Reading>((resolve) => {
          settle = resolve;
          timer = setTimeout(() => {
            resolve(refused('TimedOut', `no result after ${limitMs} ms`));
            child = undefined;
            running.kill('SIGKILL');
          }, limitMs);
          running.stdin!.write(`${JSON.stringify(request)}\n`);
        });
      } finally {
        clearTimeout(timer);
        settle = undefined;
      }
    },
    close: () => {
      child?.stdin?.end();
      child = undefined;
    },
  };
}

function readingOf({ lines, sha256, facts, refused, message }: Reply): Reading {
  if (lines !== undefined && sha256 !== undefined) return { kind: 'read', lines, sha256, facts: facts ?? {} };
  return { kind: 'refused', code: refused ?? 'Unknown', message: message ?? '' };
}
