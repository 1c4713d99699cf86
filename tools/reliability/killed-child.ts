import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { KillChildTask } from './kill-child.ts';

/** A process that loads objects, and can be killed. */
export interface Child {
  readonly ready: Promise<unknown>;
  readonly ended: Promise<unknown>;
  readonly hasEnded: () => boolean;
  readonly exitCode: () => number | null;
  readonly errors: () => string;
  readonly go: (task: KillChildTask) => void;
  readonly kill: () => void;
}

/** Starts the process; it loads its modules and waits for its task. */
export function startChild(): Child {
  const program = fileURLToPath(new URL('kill-child.ts', import.meta.url));
  const child: ChildProcess = fork(program, [], {
    execArgv: ['--conditions=@millrace/source', '--no-warnings'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-2000)));
  let gone = false;
  const ended = once(child, 'exit').then(() => (gone = true));
  return {
    ready: Promise.race([once(child, 'message'), ended]),
    ended,
    hasEnded: () => gone,
    exitCode: () => child.exitCode,
    errors: () => errors,
    go: (task) => void child.send(task, () => {}),
    kill: () => void child.kill('SIGKILL'),
  };
}
