import { MillraceError } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import type { Exchange } from './exchange.ts';
import type { FaultCall } from './fault-call.ts';
import type { FaultBase, FaultKind } from './fault-kind.ts';
import { dynamodbError, type DynamodbErrorFault } from './faults/dynamodb-error.ts';
import { endMidBody, type EndMidBody } from './faults/end-mid-body.ts';
import { flipByte, type FlipByte } from './faults/flip-byte.ts';
import { loseAnswer, type LoseAnswer } from './faults/lose-answer.ts';
import { resetBeforeResponse, type ResetBeforeResponse } from './faults/reset-before-response.ts';
import { resetMidBody, type ResetMidBody } from './faults/reset-mid-body.ts';
import { s3Error, type S3ErrorFault } from './faults/s3-error.ts';
import { slow, type Slow } from './faults/slow.ts';
import { stall, type Stall } from './faults/stall.ts';
import { unprocessed, type Unprocessed } from './faults/unprocessed.ts';

/** Something that goes wrong between a client and its service. */
export type Fault =
  | ResetBeforeResponse
  | LoseAnswer
  | ResetMidBody
  | EndMidBody
  | Stall
  | FlipByte
  | Slow
  | S3ErrorFault
  | DynamodbErrorFault
  | Unprocessed;

const KINDS: { readonly [K in Fault['kind']]: FaultKind<Extract<Fault, { readonly kind: K }>> } = {
  resetBeforeResponse,
  loseAnswer,
  resetMidBody,
  endMidBody,
  stall,
  flipByte,
  slow,
  s3Error,
  dynamodbError,
  unprocessed,
};

function kindOf(fault: Fault): FaultKind<FaultBase> {
  return KINDS[fault.kind] as unknown as FaultKind<FaultBase>;
}

/** @throws MillraceError `FAULT_UNKNOWN`, `OPTION_UNKNOWN`, `OPTION_INVALID` */
export function checkFault(fault: Fault): void {
  if (!Object.hasOwn(KINDS, fault.kind)) {
    const known = Object.keys(KINDS).join(', ');
    throw new MillraceError('FAULT_UNKNOWN', `There is no fault of kind ${String(fault.kind)}; there are ${known}.`);
  }
  checkOptions<object>(`fault ${fault.kind}`, fault, {
    kind: check.text,
    times: check.optional((value) => (value === Infinity ? undefined : check.integer(1)(value))),
    match: check.optional(check.callback),
    ...kindOf(fault).checks(),
  });
}

/** Whether a fault may meet a call: by its kind, then by its own `match`. */
export function meets(fault: Fault, call: FaultCall): boolean {
  const { service, op } = kindOf(fault);
  if (service !== undefined && service !== call.service) return false;
  if (op !== undefined && op !== call.op) return false;
  return fault.match?.(call) ?? true;
}

export async function inject(exchange: Exchange, fault: Fault): Promise<void> {
  await kindOf(fault).inject(exchange, fault);
}
