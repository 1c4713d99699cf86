import type { ItemReport } from '@millrace/core';
import type { MeterLike } from './instruments.ts';

/** Possible outcomes of a record; `read` is their sum. */
const FATES = ['written', 'rejected', 'dropped', 'skipped', 'unsettled'] as const;

/** Makes counters and a histogram that every object adds to when it ends. */
export function itemMeters(meter: MeterLike): (report: ItemReport) => void {
  const objects = meter.createCounter('millrace.objects', { unit: '{object}', description: 'Objects by outcome.' });
  const records = meter.createCounter('millrace.records', { unit: '{record}', description: 'Records by their fate.' });
  const bytesIn = meter.createCounter('millrace.bytes.in', { unit: 'By', description: 'Bytes from the source.' });
  const decoded = meter.createCounter('millrace.bytes.decoded', {
    unit: 'By',
    description: 'Bytes after decompression.',
  });
  const duration = meter.createHistogram('millrace.object.duration', {
    unit: 's',
    description: 'Time from opening an object to its outcome.',
  });
  return (report) => {
    const feed = { 'millrace.feed': report.feed };
    const outcome = { ...feed, 'millrace.outcome': report.outcome };
    objects.add(1, outcome);
    duration.record(report.durationMs / 1000, outcome);
    for (const fate of FATES) {
      if (report[fate] > 0) records.add(report[fate], { ...feed, 'millrace.fate': fate });
    }
    bytesIn.add(report.bytesIn, feed);
    decoded.add(report.bytesDecoded, feed);
  };
}
