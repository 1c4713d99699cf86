import { readMapItems } from '../events/map-items.ts';
import { readReferences } from '../events/references.ts';
import { type MapSummary, summarizeMap } from '../map-summary.ts';
import { summarize } from '../object-result.ts';
import { isFailure, ObjectsFailedError } from '../objects-failed-error.ts';
import type { Carrier, Delivery } from './carrier.ts';

/** What `toMapHandler` lets its user choose about the carrier. */
export interface DistributedMapOptions {
  readonly bucket?: string;
  readonly onFailure?: 'throw' | 'report';
  readonly keepFailures?: number;
}

/** A child of a Distributed Map of Step Functions, which keeps the response of every child. */
export function distributedMapCarrier({
  bucket,
  onFailure = 'throw',
  keepFailures = 10,
}: DistributedMapOptions = {}): Carrier<Delivery, MapSummary> {
  return {
    handler: 'toMapHandler',
    takes: 'items of a Distributed Map',
    read: (event, keys) => {
      const events = readMapItems(event, keys, bucket) ?? readReferences(event, keys);
      return events && { tasks: events.map((one) => ({ event: one })) };
    },
    passesOnUntouched: true,
    respond: (_, perTask) => {
      const results = perTask.flat();
      if (onFailure === 'throw' && results.some(isFailure)) throw new ObjectsFailedError(summarize(results));
      return summarizeMap(results, keepFailures);
    },
  };
}
