import type { Fault, FaultCall, FaultProxy } from '@millrace/testkit';
import type { Random } from './random.ts';

/** What goes wrong in one run: faults of both proxies, at most one of each kind, by the label that they are counted under. */
export interface FaultPlan {
  readonly faults: readonly PlannedFault[];
  /** Connections are refused from one call on, for a moment. */
  readonly refusals: readonly PlannedRefusal[];
}

interface PlannedFault {
  readonly service: 's3' | 'dynamodb';
  readonly label: string;
  readonly fault: Fault;
}

interface PlannedRefusal {
  readonly service: 's3' | 'dynamodb';
  /** Number of the call, from 1. */
  readonly call: number;
  readonly forMs: number;
}

/** DynamoDB's ways to say that it is too much. */
const THROTTLING = ['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'] as const;
const REASON = {
  reason: 'TableWriteKeyRangeThroughputExceeded',
  resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/t',
};

/**
 * Draws what goes wrong in one run.
 *
 * @param bytes size of the object
 * @param without a kind of fault that is left out. @default none
 */
export function faultPlan(random: Random, bytes: number, without?: Fault['kind']): FaultPlan {
  const at = (): number => random.int(0, Math.max(0, bytes - 1));
  const times = random.chance(0.15) ? () => random.int(4, 7) : () => random.int(1, 3);
  const get = ({ op }: FaultCall): boolean => op === 'GetObject';
  const throttle = random.pick(THROTTLING);
  const share = random.int(2, 6);
  /** Most faults of DynamoDB meet writes and the ledger's calls alike; some wait for a later call. */
  const some = (): ((call: FaultCall) => boolean) => {
    const from = random.int(1, 12);
    return ({ number }) => number >= from;
  };
  const s3: readonly (() => readonly [label: string, fault: Fault])[] = [
    () => ['s3:resetBeforeResponse', { kind: 'resetBeforeResponse', times: times(), match: get }],
    () => ['s3:resetMidBody', { kind: 'resetMidBody', at: at(), times: times(), match: get }],
    () => ['s3:endMidBody', { kind: 'endMidBody', at: at(), times: times(), match: get }],
    () => ['s3:stall', { kind: 'stall', at: at(), match: get }],
    () => ['s3:flipByte', { kind: 'flipByte', at: at(), match: get }],
    () => ['s3:slow', { kind: 'slow', delayMs: random.int(5, 60), times: times(), match: get }],
    () => {
      const code = random.pick(['SlowDown', 'InternalError', 'ServiceUnavailable'] as const);
      const status = code === 'InternalError' ? 500 : 503;
      return [`s3:${code}`, { kind: 's3Error', code, status, times: times(), match: get }];
    },
  ];
  const dynamodb: readonly (() => readonly [label: string, fault: Fault])[] = [
    () => ['dynamodb:resetBeforeResponse', { kind: 'resetBeforeResponse', times: times(), match: some() }],
    () => ['dynamodb:loseAnswer', { kind: 'loseAnswer', times: times(), match: some() }],
    () => ['dynamodb:resetMidBody', { kind: 'resetMidBody', at: random.int(0, 20), match: some() }],
    () => ['dynamodb:slow', { kind: 'slow', delayMs: random.int(5, 60), times: times(), match: some() }],
    () => ['dynamodb:unprocessedWhole', { kind: 'unprocessed', times: times() }],
    () => [
      'dynamodb:unprocessedPart',
      { kind: 'unprocessed', pick: (index) => index % share === 1, times: random.int(1, 9) },
    ],
    () => {
      const reasons = random.chance(0.5) ? [REASON] : undefined;
      const fault = { kind: 'dynamodbError', code: throttle, times: times(), match: some() } as const;
      return [`dynamodb:${throttle}`, { ...fault, ...(reasons && { reasons }) }];
    },
    () => {
      const code = random.pick(['InternalServerError', 'ServiceUnavailable'] as const);
      return [`dynamodb:${code}`, { kind: 'dynamodbError', code, times: times(), match: some() }];
    },
  ];
  const draw = (service: PlannedFault['service'], from: typeof s3): PlannedFault[] => {
    const kinds = new Set<string>();
    return random
      .shuffle(from)
      .slice(0, random.int(0, 3))
      .map((make) => make())
      .filter(([, { kind }]) => kind !== without && !kinds.has(kind) && kinds.add(kind))
      .map(([label, fault]) => ({ service, label, fault }));
  };
  const refusals = (['s3', 'dynamodb'] as const)
    .filter(() => random.chance(0.08))
    .map((service) => ({ service, call: random.int(1, service === 's3' ? 2 : 10), forMs: random.int(20, 120) }));
  return { faults: [...draw('s3', s3), ...draw('dynamodb', dynamodb)], refusals };
}

/** The plan at work on the proxies of a run. */
export interface ArmedPlan {
  /** How often each fault has really happened, by label. */
  readonly happened: () => Readonly<Record<string, number>>;
  /** Resolves when connections are accepted again. */
  readonly accepting: () => Promise<void>;
}

export function armFaults(plan: FaultPlan, proxies: Readonly<Record<'s3' | 'dynamodb', FaultProxy>>): ArmedPlan {
  const refused: Record<string, number> = {};
  let accepting = Promise.resolve();
  for (const { service, call, forMs } of plan.refusals) {
    const proxy = proxies[service];
    const refuse = async (): Promise<void> => {
      await proxy.refuseConnections();
      refused[`${service}:connectionRefused`] = 1;
      await new Promise((resolve) => setTimeout(resolve, forMs));
      await proxy.acceptConnections();
    };
    // Nothing happens to the call itself; that it comes is what is waited for.
    const match = ({ number }: FaultCall): boolean => {
      if (number === call) accepting = Promise.all([accepting, refuse()]).then(() => {});
      return false;
    };
    proxy.add({ kind: 'resetBeforeResponse', match });
  }
  for (const { service, fault } of plan.faults) proxies[service].add(fault);
  return {
    happened: () => {
      const counts: Record<string, number> = { ...refused };
      for (const { service, label, fault } of plan.faults) {
        const count = proxies[service].injected[fault.kind] ?? 0;
        if (count > 0) counts[label] = count;
      }
      return counts;
    },
    accepting: () => accepting,
  };
}
