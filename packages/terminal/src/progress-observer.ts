import type { Observer } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import { canRedraw, type Output, wantsColor, widthOf } from './output.ts';
import { liveLines, totalText } from './progress-lines.ts';
import { progressTracker } from './progress-state.ts';
import { paint } from './style.ts';

export interface ProgressOptions {
  /** Where to show progress. Results belong to standard output, so this is the other one. @default process.stderr */
  readonly output?: Output;
  /**
   * Whether to redraw lines in place. @default the output is a terminal, `CI` is not set and `TERM` is not `dumb`
   */
  readonly live?: boolean;
  /** Whether to write colors. @default the output is a terminal, or `FORCE_COLOR` is set; never if `NO_COLOR` is set */
  readonly color?: boolean;
  /** Time between two lines if they are not redrawn, in milliseconds. @default 5000 */
  readonly intervalMs?: number;
  /** The clock, in milliseconds; for tests. @default performance.now */
  readonly now?: () => number;
}

/** An observer that shows a run's progress to a person. */
export interface ProgressObserver extends Required<Observer> {
  /** Announces an object that the run will process. If all are announced, progress shows the total and the time that is left. */
  readonly announce: (object: {
    /** The object as the source describes its reference, such as `s3://bucket/key`. */
    readonly ref: string;
    /** Its length in bytes. */
    readonly bytes?: number;
  }) => void;
  /** Removes the live lines, until the next event: call it before you print. */
  readonly clear: () => void;
  /** Removes the live lines and stops the timer. `runFinished` does the same. */
  readonly close: () => void;
}

/** Least time between two drawings, in milliseconds. */
const REDRAW_MS = 100;

/**
 * Makes an observer that shows progress: on a terminal one live line for each object in flight, with a bar, its rate and its
 * rejections, and one for the run with the time that is left; otherwise one line every five seconds. It ends by itself with the
 * run, and does not keep the process alive.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const progress = progressObserver();
 * const report = await prices.run(refs, { observer: progress });
 */
export function progressObserver(options: ProgressOptions = {}): ProgressObserver {
  checkOptions<ProgressOptions>('progressObserver', options, {
    output: check.optional(check.object),
    live: check.optional(check.flag),
    color: check.optional(check.flag),
    intervalMs: check.optional(check.integer(1)),
    now: check.optional(check.callback),
  });
  const { output = process.stderr, intervalMs = 5000, now = () => performance.now() } = options;
  const { live = canRedraw(output, process.env), color = wantsColor(output, process.env) } = options;
  const tracker = progressTracker();
  const screen = live ? liveScreen(output) : undefined;
  const brush = paint(color);
  let timer: NodeJS.Timeout | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;

  const draw = (): void => screen?.draw(liveLines(tracker.state(), now(), widthOf(output), brush));
  const changed = (): void => {
    if (isClosed || screen === undefined || now() - drawnAt < REDRAW_MS) return;
    drawnAt = now();
    draw();
  };
  const tick = (): void => {
    if (screen === undefined) output.write(`${totalText(tracker.state(), now())}\n`);
    else draw();
  };
  const close = (): void => {
    isClosed = true;
    clearInterval(timer);
    screen?.clear();
  };

  return Object.freeze<ProgressObserver>({
    announce: tracker.announce,
    itemStarted: ({ ref }) => {
      tracker.started(ref, now());
      // A second on a terminal: a rate falls although nothing happens.
      if (!isClosed) timer ??= setInterval(tick, screen === undefined ? intervalMs : 1000).unref();
      changed();
    },
    progress: ({ ref, counts }) => {
      tracker.counted(ref, counts);
      changed();
    },
    recordRejected: () => {},
    itemFinished: (report) => {
      tracker.finished(report);
      changed();
    },
    runFinished: close,
    clear: () => screen?.clear(),
    close,
  });
}

/** Lines at the end of a terminal that are replaced by the next ones. */
function liveScreen(output: Output): {
  readonly draw: (lines: readonly string[]) => void;
  readonly clear: () => void;
} {
  let rows = 0;
  const erase = (): string => {
    const up = rows > 0 ? `\u001B[${rows}A` : '';
    rows = 0;
    return up === '' ? '' : `${up}\r\u001B[J`;
  };
  return {
    draw: (lines) => {
      const text = `${erase()}${lines.join('\n')}\n`;
      rows = lines.length;
      output.write(text);
    },
    clear: () => {
      const text = erase();
      if (text !== '') output.write(text);
    },
  };
}
