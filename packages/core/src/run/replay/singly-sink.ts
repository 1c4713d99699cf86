import type { Sink } from '../../sink.ts';

/** The sink as a replay uses it: records come without the others of their group. */
export function singlySink(sink: Sink<unknown>): Sink<unknown> {
  const { name, limits, sizeOf, concurrency, keyOf } = sink;
  return {
    name,
    ...(limits && { limits }),
    ...(sizeOf && { sizeOf }),
    ...(concurrency !== undefined && { concurrency }),
    ...(keyOf && { keyOf }),
    write: (entries, context) =>
      sink.writeSingly === undefined ? sink.write(entries, context) : sink.writeSingly(entries, context),
  };
}
