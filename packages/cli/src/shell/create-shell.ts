import { type Output, paint, wantsColor, widthOf } from '@millrace/terminal';
import type { GlobalOptions, Shell } from './shell.ts';
import { watchInterrupts } from './interrupts.ts';
import { jsonText } from './json-text.ts';

/** Makes the shell of this process. */
export function createShell(command: string, options: GlobalOptions): Shell {
  const closed = new AbortController();
  const out = untilClosed(process.stdout, () => closed.abort());
  const err = untilClosed(process.stderr, () => {});
  const interrupts = watchInterrupts((text) => err.write(`${text}\n`));
  const color = wantsColor(out, process.env);
  const isJson = options.json === true;
  return Object.freeze<Shell>({
    cwd: process.cwd(),
    env: process.env,
    options,
    out,
    err,
    width: out.isTTY === true ? widthOf(out) : 120,
    color,
    paint: paint(color),
    signal: AbortSignal.any([interrupts.signal, closed.signal]),
    isInterrupted: () => interrupts.signal.aborted,
    print: (...lines) => {
      if (!isJson) out.write(lines.map((line) => `${line}\n`).join(''));
    },
    emit: (result) => {
      if (isJson) out.write(`${jsonText({ command, ...result })}\n`);
    },
    remark: (...lines) => void err.write(lines.map((line) => `${line}\n`).join('')),
  });
}

/** A stream whose reader may close it early, as `head` does. It is not an error; nothing more is written. */
function untilClosed(stream: NodeJS.WriteStream, onClosed: () => void): Output {
  let isClosed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EOF') return;
    isClosed = true;
    onClosed();
  });
  return {
    isTTY: stream.isTTY,
    get columns() {
      return stream.columns;
    },
    write: (text) => (isClosed ? false : stream.write(text)),
  };
}
