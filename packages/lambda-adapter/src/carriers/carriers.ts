import { asynchronousCarrier } from './asynchronous.ts';
import type { Carrier, Delivery } from './carrier.ts';
import { distributedMapCarrier } from './distributed-map.ts';
import { s3BatchCarrier } from './s3-batch.ts';
import { sqsCarrier } from './sqs.ts';

/** Every carrier, in the order in which `readEvent` tries them: the first that understands an event reads it. */
export const allCarriers = (): readonly Pick<Carrier<Delivery, unknown>, 'read'>[] => [
  sqsCarrier(),
  asynchronousCarrier('readEvent'),
  s3BatchCarrier(),
  distributedMapCarrier(),
];
