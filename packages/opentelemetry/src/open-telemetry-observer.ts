import { MillraceError, type ItemReport, type Observer } from '@millrace/core';
import { checkOptions, type OptionCheck } from '@millrace/core/plugin';
import { itemMeters } from './item-meters.ts';
import { itemSpans } from './item-spans.ts';
import type { MeterLike, TracerLike } from './instruments.ts';

export interface OpenTelemetryObserverOptions {
  /** Makes a span `millrace.object` for each object, as a child of the active span. @default no spans */
  readonly tracer?: TracerLike;
  /** Makes counters of objects, records and bytes, and a histogram of durations. @default no metrics */
  readonly meter?: MeterLike;
}

/**
 * Makes an observer that reports a run to OpenTelemetry. Pass it as `observer` to `feed.run` or to a Lambda handler; one
 * observer may serve any number of concurrent runs. It exports nothing itself: on Lambda, flush the providers before the
 * invocation ends.
 *
 * @throws MillraceError `OPTION_INVALID` for an invalid tracer or meter, or if neither is given; `OPTION_UNKNOWN`
 * @example
 * const observer = openTelemetryObserver({ tracer: trace.getTracer('prices'), meter: metrics.getMeter('prices') });
 * await prices.run([{ bucket: 'landing', key: 'prices.ndjson.gz' }], { observer });
 */
export function openTelemetryObserver(options: OpenTelemetryObserverOptions): Observer {
  checkOptions<OpenTelemetryObserverOptions>('openTelemetryObserver', options, {
    tracer: having('startSpan', 'a tracer'),
    meter: having('createCounter', 'a meter'),
  });
  const { tracer, meter } = options;
  if (tracer === undefined && meter === undefined) {
    throw new MillraceError('OPTION_INVALID', 'openTelemetryObserver needs a tracer, a meter or both.');
  }
  const spans = tracer && itemSpans(tracer);
  const measure = meter && itemMeters(meter);
  return Object.freeze<Observer>({
    ...(spans && { itemStarted: spans.started }),
    itemFinished: (report: ItemReport) => {
      spans?.finished(report);
      measure?.(report);
    },
  });
}

function having(method: string, expected: string): OptionCheck {
  return (value) =>
    value === undefined || typeof (value as Record<string, unknown> | null)?.[method] === 'function'
      ? undefined
      : expected;
}
