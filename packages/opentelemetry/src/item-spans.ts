import type { ItemReport } from '@millrace/core';
import type { SpanAttributes, SpanLike, TracerLike } from './instruments.ts';

interface ItemSpans {
  readonly started: (event: { readonly feed: string; readonly run: string; readonly ref: string }) => void;
  readonly finished: (report: ItemReport) => void;
}

/** Makes a span from the start of each object to its end. */
export function itemSpans(tracer: TracerLike): ItemSpans {
  /** Open spans by run and reference; a list, because a run may process the same reference twice concurrently. */
  const open = new Map<string, SpanLike[]>();
  return {
    started: ({ feed, run, ref }) => {
      const attributes = { 'millrace.feed': feed, 'millrace.run': run, 'millrace.object': ref };
      const span = tracer.startSpan('millrace.object', { attributes });
      const key = keyOf({ run, ref });
      open.set(key, [...(open.get(key) ?? []), span]);
    },
    finished: (report) => {
      const key = keyOf(report);
      const [span, ...others] = open.get(key) ?? [];
      if (others.length > 0) open.set(key, others);
      else open.delete(key);
      if (span === undefined) return;
      span.setAttributes(attributesOf(report));
      if (report.outcome === 'failed') span.setStatus({ code: 2, message: report.error?.message ?? '' });
      span.end();
    },
  };
}

function keyOf({ run, ref }: { readonly run: string; readonly ref: string }): string {
  return `${run}\n${ref}`;
}

/** Returns the counts under their names in reports; `error.type` is OpenTelemetry's name for an error's code. */
function attributesOf(report: ItemReport): SpanAttributes {
  const { outcome, origin, error, watermark, read, expanded, written, rejected, dropped, skipped, unsettled } = report;
  const { bytesIn, bytesDecoded } = report;
  const counts = { watermark, read, expanded, written, rejected, dropped, skipped, unsettled, bytesIn, bytesDecoded };
  return {
    'millrace.outcome': outcome,
    ...(origin && { 'millrace.item': origin.id }),
    ...(error && { 'error.type': error.code }),
    ...Object.fromEntries(Object.entries(counts).map(([name, value]) => [`millrace.${name}`, value])),
  };
}
