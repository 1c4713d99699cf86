/*
 * The part of OpenTelemetry's API that this package uses. Tracers and meters match by structure, so this package does not
 * depend on OpenTelemetry and works with any version that has these members.
 */

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** Matches `Tracer` of `@opentelemetry/api`. */
export interface TracerLike {
  readonly startSpan: (name: string, options?: { readonly attributes?: SpanAttributes }) => SpanLike;
}

/** Matches `Span` of `@opentelemetry/api`. */
export interface SpanLike {
  readonly setAttributes: (attributes: SpanAttributes) => unknown;
  /** 2 is `SpanStatusCode.ERROR`. */
  readonly setStatus: (status: { readonly code: 2; readonly message?: string }) => unknown;
  readonly end: () => void;
}

/** Matches `Meter` of `@opentelemetry/api`. */
export interface MeterLike {
  readonly createCounter: (name: string, options?: InstrumentOptions) => CounterLike;
  readonly createHistogram: (name: string, options?: InstrumentOptions) => HistogramLike;
}

export interface CounterLike {
  readonly add: (value: number, attributes?: SpanAttributes) => void;
}

export interface HistogramLike {
  readonly record: (value: number, attributes?: SpanAttributes) => void;
}

interface InstrumentOptions {
  readonly description?: string;
  readonly unit?: string;
}
