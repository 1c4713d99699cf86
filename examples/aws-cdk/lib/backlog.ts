import { Construct } from 'constructs';
import { BatchJob } from './batch-job.ts';
import { CarrierFunction } from './carrier-function.ts';
import { MapOverPrefix } from './map-over-prefix.ts';
import type { Storage } from './storage.ts';

export interface BacklogProps {
  readonly storage: Storage;
  readonly code: string;
}

/** Two ways to carry what was there before the feed: either is enough. Both may run beside new arrivals. */
export class Backlog extends Construct {
  constructor(scope: Construct, id: string, { storage, code }: BacklogProps) {
    super(scope, id);
    const forMap = new CarrierFunction(this, 'FromMap', { code, handler: 'fromMap', storage });
    new MapOverPrefix(this, 'Map', { storage, carrier: forMap });
    const forBatch = new CarrierFunction(this, 'FromBatch', { code, handler: 'fromBatch', storage });
    new BatchJob(this, 'Job', { storage, carrier: forBatch });
  }
}
