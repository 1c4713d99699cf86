export type { CounterLike, HistogramLike, MeterLike, SpanAttributes, SpanLike, TracerLike } from './instruments.ts';
export { openTelemetryObserver, type OpenTelemetryObserverOptions } from './open-telemetry-observer.ts';
