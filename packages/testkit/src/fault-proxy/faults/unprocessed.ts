import { buffer } from 'node:stream/consumers';
import { check } from '@millrace/core/plugin';
import type { FaultBase, FaultKind } from '../fault-kind.ts';

/** One element of a BatchWriteItem, in DynamoDB's wire format. */
export interface WriteRequest {
  readonly PutRequest?: { readonly Item: Readonly<Record<string, unknown>> };
  readonly DeleteRequest?: { readonly Key: Readonly<Record<string, unknown>> };
}

/**
 * BatchWriteItem succeeds for a part of the batch: the picked requests come back as `UnprocessedItems` and the target
 * does not see them, the others are applied. The SDK does not try again.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 */
export interface Unprocessed extends FaultBase {
  readonly kind: 'unprocessed';
  /** Picks what is left unprocessed; `index` counts through the batch from 0. @default the whole batch */
  readonly pick?: (index: number, request: WriteRequest, table: string) => boolean;
}

type Requests = Record<string, WriteRequest[]>;

export const unprocessed: FaultKind<Unprocessed> = {
  service: 'dynamodb',
  op: 'BatchWriteItem',
  checks: () => ({ pick: check.optional(check.callback) }),
  inject: async ({ call, forward, relay, reply, fired }, { pick = () => true }) => {
    const input = JSON.parse(call.body.toString()) as { readonly RequestItems: Requests };
    const kept: Requests = {};
    const left: Requests = {};
    let index = 0;
    for (const [table, requests] of Object.entries(input.RequestItems)) {
      for (const request of requests) {
        const side = pick(index++, request, table) ? left : kept;
        (side[table] ??= []).push(request);
      }
    }
    if (Object.keys(left).length === 0) {
      await relay(await forward());
      return;
    }
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'FAULTPROXY' };
    if (Object.keys(kept).length === 0) {
      fired();
      await reply(200, headers, JSON.stringify({ UnprocessedItems: left }));
      return;
    }
    const answer = await forward(Buffer.from(JSON.stringify({ ...input, RequestItems: kept })));
    if (answer.statusCode !== 200) {
      await relay(answer);
      return;
    }
    const output = JSON.parse((await buffer(answer)).toString()) as { readonly UnprocessedItems?: Requests };
    for (const [table, requests] of Object.entries(output.UnprocessedItems ?? {}))
      (left[table] ??= []).push(...requests);
    fired();
    await reply(200, headers, JSON.stringify({ ...output, UnprocessedItems: left }));
  },
};
