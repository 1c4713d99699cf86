import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Item } from './attribute-values.ts';
import type { Marshalled } from './marshal.ts';

/** What the service answered to one BatchWriteItem. */
export interface Answer {
  /** Items that it did not take this time. */
  readonly unprocessed: readonly Item[];
  /** Write units consumed. */
  readonly writeUnits: number;
  /** Requests that the client sent for this answer, its own retries included. */
  readonly attempts: number;
}

/**
 * Carries one batch to the service: the seam between what to write and how to send it. It rejects with what an SDK client
 * throws, which `serviceFault` reads.
 */
export interface Sender {
  /** `items` are 25 at most, fit into one request, and have keys of their own. */
  readonly send: (items: readonly Marshalled[], signal: AbortSignal) => Promise<Answer>;
  /** The SDK client that requests go through, or are learned from; made if there is none yet. */
  readonly client: () => DynamoDBClient;
  /** Releases what the sender itself made. */
  readonly close: () => void;
}

/** How requests are sent; see `DynamodbSinkOptions.sender`. */
export type SenderKind = 'auto' | 'sdk' | 'lean';
