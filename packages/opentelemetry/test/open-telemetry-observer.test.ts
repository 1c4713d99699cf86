import { AsyncLocalStorage } from 'node:async_hooks';
import { context, type Context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { feed, type Feed, type Parser } from '@millrace/core';
import { memorySink, memorySource, type MemoryRef } from '@millrace/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { openTelemetryObserver, type TracerLike } from '../src/index.ts';

const lines: Parser<string, string> = {
  kind: 'parser',
  name: 'lines',
  start: ({ reject }) => ({
    push: (line) =>
      line.startsWith('bad') ? [reject({ code: 'BAD_LINE', message: 'A bad line.', raw: line }) as never] : [line],
  }),
};

function lineFeed(objects: Readonly<Record<string, readonly string[]>>): Feed<MemoryRef> {
  return feed('lines').from(memorySource({ objects })).through(lines).to(memorySink<string>());
}

const quarantine = { name: 'kept', write: () => Promise.resolve() };
const maxRejections = { share: 1 };

function tracing() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  return { tracer: provider.getTracer('test'), spans: () => exporter.getFinishedSpans() };
}

function metering() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const collected = async () => {
    await provider.forceFlush();
    const metrics =
      exporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
    await provider.shutdown();
    return Object.fromEntries(
      metrics.map(({ descriptor, dataPoints }) => [
        `${descriptor.name} ${descriptor.unit}`,
        dataPoints.map(({ attributes, value }) => [Object.values(attributes).join(' '), value]),
      ]),
    );
  };
  return { meter: provider.getMeter('test'), collected };
}

afterEach(() => {
  context.disable();
});

describe('spans', () => {
  it('last as long as their object, and hold its counts', async () => {
    const { tracer, spans } = tracing();
    const observer = openTelemetryObserver({ tracer });
    const run = await lineFeed({ one: ['a', 'bad', 'c'] }).run([{ name: 'one' }], {
      observer,
      quarantine,
      maxRejections,
    });
    expect(spans()).toHaveLength(1);
    expect(spans()[0]).toMatchObject({
      name: 'millrace.object',
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'millrace.feed': 'lines',
        'millrace.run': run.run,
        'millrace.object': run.reports[0]?.ref,
        'millrace.item': run.reports[0]?.origin?.id,
        'millrace.outcome': 'complete',
        'millrace.read': 3,
        'millrace.written': 2,
        'millrace.rejected': 1,
        'millrace.watermark': 3,
      },
    });
  });

  it('of objects that failed are errors, with the code', async () => {
    const { tracer, spans } = tracing();
    const run = await lineFeed({}).run([{ name: 'gone' }], {
      observer: openTelemetryObserver({ tracer }),
      onFailure: 'report',
    });
    expect(run.observerErrors).toBe(0);
    expect(spans()).toMatchObject([
      {
        status: { code: SpanStatusCode.ERROR, message: run.reports[0]?.error?.message },
        attributes: { 'millrace.outcome': 'failed', 'error.type': run.reports[0]?.error?.code },
      },
    ]);
  });

  it('end, each one, with many objects at once and one of them twice', async () => {
    const { tracer, spans } = tracing();
    const names = Array.from({ length: 20 }, (_, n) => `${n}`);
    const refs = [...names, '7', '7'].map((name) => ({ name }));
    const objects = Object.fromEntries(names.map((name) => [name, [name]]));
    const observer = openTelemetryObserver({ tracer });
    await Promise.all([1, 2].map(() => lineFeed(objects).run(refs, { observer, concurrency: 22 })));
    expect(spans()).toHaveLength(44);
    expect(new Set(spans().map((span) => span.spanContext().spanId)).size).toBe(44);
  });

  it('are children of the span that is active where the run was begun', async () => {
    const { tracer, spans } = tracing();
    const storage = new AsyncLocalStorage<Context>();
    context.setGlobalContextManager({
      active: () => storage.getStore() ?? ROOT_CONTEXT,
      with: (active, work, self, ...args) => storage.run(active, () => work.call(self as never, ...args)),
      bind: (_active, target) => target,
      enable() {
        return this;
      },
      disable() {
        return this;
      },
    });
    const parent = tracer.startSpan('invocation');
    const observer = openTelemetryObserver({ tracer });
    await context.with(trace.setSpan(ROOT_CONTEXT, parent), () =>
      lineFeed({ one: ['a'] }).run([{ name: 'one' }], { observer }),
    );
    expect(spans()[0]?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
  });
});

describe('metrics', () => {
  it('count objects by outcome, records by fate, and bytes', async () => {
    const { meter, collected } = metering();
    const observer = openTelemetryObserver({ meter });
    const made = lineFeed({ one: ['a', 'bad', 'c'], two: ['d'] });
    const refs = [{ name: 'one' }, { name: 'two' }, { name: 'gone' }];
    const run = await made.run(refs, { observer, quarantine, maxRejections, onFailure: 'report' });
    const metrics = await collected();
    expect(metrics['millrace.objects {object}']).toEqual([
      ['lines complete', 2],
      ['lines failed', 1],
    ]);
    expect(metrics['millrace.records {record}']).toEqual([
      ['lines written', 3],
      ['lines rejected', 1],
    ]);
    expect(metrics['millrace.bytes.in By']).toEqual([['lines', run.totals.bytesIn]]);
    expect(metrics['millrace.bytes.decoded By']).toEqual([['lines', run.totals.bytesDecoded]]);
    expect(metrics['millrace.object.duration s']).toMatchObject([
      ['lines complete', { count: 2 }],
      ['lines failed', { count: 1 }],
    ]);
  });
});

describe('the options', () => {
  it('both make one observer', async () => {
    const { tracer, spans } = tracing();
    const { meter, collected } = metering();
    await lineFeed({ one: ['a'] }).run([{ name: 'one' }], { observer: openTelemetryObserver({ tracer, meter }) });
    expect(spans()).toHaveLength(1);
    expect(Object.keys(await collected())).toHaveLength(5);
  });

  it.each<[string, object, string]>([
    ['neither', {}, 'OPTION_INVALID'],
    ['a tracer that is none', { tracer: {} }, 'OPTION_INVALID'],
    ['a meter that is none', { meter: null }, 'OPTION_INVALID'],
    ['a misspelt one', { traces: {} }, 'OPTION_UNKNOWN'],
  ])('refuses %s', (_what, options, code) => {
    expect(() => openTelemetryObserver(options)).toThrow(expect.objectContaining({ code }));
  });

  it('a tracer that throws changes no outcome, and is counted', async () => {
    const tracer: TracerLike = {
      startSpan: () => {
        throw new Error('tracer');
      },
    };
    const run = await lineFeed({ one: ['a'] }).run([{ name: 'one' }], { observer: openTelemetryObserver({ tracer }) });
    expect(run).toMatchObject({ outcome: 'complete', observerErrors: 1 });
  });
});
