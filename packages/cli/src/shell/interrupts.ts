import { EXIT } from '../exit-code.ts';

/** Signals that ask a process to end. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Turns the first Ctrl-C (SIGINT, or SIGTERM of a supervisor) into an aborted signal, so that a run finishes its writes in flight
 * and stores where it resumes. The second one ends the process at once.
 *
 * @param remark tells the person what happens
 */
export function watchInterrupts(remark: (text: string) => void): { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    remark('Stopping: finishing the writes in flight. Press Ctrl-C again to exit at once.');
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return { signal: controller.signal };
}
