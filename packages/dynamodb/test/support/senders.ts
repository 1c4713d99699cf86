import type { DynamodbSinkOptions } from '../../src/index.ts';

/** Both ways in which requests are sent; what holds for one holds for the other. */
export const SENDERS = ['sdk', 'lean'] as const satisfies readonly DynamodbSinkOptions['sender'][];
