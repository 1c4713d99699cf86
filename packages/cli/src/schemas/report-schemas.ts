import { amount, anything, flag, type JsonSchema, list, object, oneOf, record, text, whole } from './schema.ts';

/** Schemas of what core reports, written as functions so that loading the module does nothing. */
export function errorSchema(): JsonSchema {
  return object({
    code: text,
    message: text,
    'stage?': text,
    'item?': text,
    'ordinal?': whole,
    'partNumber?': whole,
    'details?': record(anything),
    'retryable?': flag,
    'cause?': text,
  });
}

const COUNTS = {
  read: whole,
  expanded: whole,
  written: whole,
  rejected: whole,
  dropped: whole,
  skipped: whole,
  unsettled: whole,
  bytesIn: whole,
  bytesDecoded: whole,
} as const;

function originSchema(): JsonSchema {
  return object({
    id: text,
    uri: text,
    'versionId?': text,
    'etag?': text,
    'size?': whole,
    'lastModified?': text,
    'readFrom?': text,
    'part?': text,
  });
}

const OUTCOMES = ['complete', 'duplicate', 'stale', 'skipped', 'held', 'aborted', 'failed'] as const;

export function objectReportSchema(): JsonSchema {
  return object({
    feed: text,
    run: text,
    ref: text,
    outcome: oneOf(...OUTCOMES),
    'origin?': originSchema(),
    watermark: whole,
    ...COUNTS,
    rejections: record(whole),
    counters: record(record(amount)),
    'notes?': record(record(text)),
    startedAt: text,
    durationMs: amount,
    'error?': errorSchema(),
  });
}

export function runReportSchema(): JsonSchema {
  return object({
    feed: text,
    run: text,
    outcome: oneOf('complete', 'held', 'aborted', 'failed'),
    totals: object(COUNTS),
    items: object(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, whole]))),
    reports: list(objectReportSchema()),
    reportsOmitted: whole,
    'error?': errorSchema(),
    observerErrors: whole,
    startedAt: text,
    durationMs: amount,
  });
}

/** A rejected record without what it holds. */
export function rejectionMembers(): Readonly<Record<string, JsonSchema>> {
  return {
    id: { type: 'string', pattern: '^[0-9a-f]{10}$' },
    feed: text,
    run: text,
    item: originSchema(),
    ordinal: whole,
    branch: text,
    'generation?': whole,
    stage: text,
    code: text,
    message: text,
    'line?': whole,
    'byteOffset?': whole,
  };
}

export function replayReportSchema(): JsonSchema {
  return object({
    feed: text,
    run: text,
    tried: whole,
    delivered: whole,
    dropped: whole,
    rejected: whole,
    superseded: whole,
    unsettled: whole,
    written: whole,
    again: list(record(anything)),
    'error?': errorSchema(),
  });
}

export function purgeReportSchema(): JsonSchema {
  return object({
    feed: text,
    object: text,
    dryRun: flag,
    versions: list(object({ version: text, considered: whole, deleted: whole, rejections: whole })),
    considered: whole,
    deleted: whole,
    rejections: whole,
  });
}

export function findingSchema(): JsonSchema {
  return object({
    level: oneOf('ok', 'warning', 'error'),
    'feed?': text,
    subject: text,
    message: text,
    'code?': text,
    'remedy?': text,
  });
}

function ledgerEntryMembers(): Readonly<Record<string, JsonSchema>> {
  return {
    feed: text,
    object: text,
    origin: originSchema(),
    state: oneOf('claimed', 'complete', 'aborted', 'failed', 'stale'),
    watermark: whole,
    rejected: whole,
    attempts: whole,
    leaseUntil: amount,
    'updatedAt?': text,
    'firstClaimedAt?': text,
  };
}

export function ledgerEntrySchema(): JsonSchema {
  return object({ ...ledgerEntryMembers(), 'report?': objectReportSchema() });
}

const STATUSES = { done: whole, unfinished: whole, failed: whole, held: whole, stale: whole } as const;

export function feedStatusSchema(): JsonSchema {
  return object({
    feed: text,
    from: text,
    'until?': text,
    objects: whole,
    statuses: object(STATUSES),
    withRejections: whole,
    records: object(COUNTS),
    rejected: whole,
    bytesDone: whole,
    failures: record(whole),
    'firstAt?': text,
    'lastAt?': text,
  });
}

export function auditReportSchema(): JsonSchema {
  return object({
    feed: text,
    from: text,
    'until?': text,
    complete: flag,
    arrived: whole,
    statuses: object({ ...STATUSES, missing: whole }),
    listed: whole,
    unlisted: whole,
    withRejections: whole,
    records: object(COUNTS),
    rejected: whole,
    findings: list(
      object({
        object: text,
        status: oneOf('unfinished', 'failed', 'held', 'missing'),
        listed: flag,
        'reason?': oneOf('never', 'changed'),
        'entry?': object(ledgerEntryMembers()),
      }),
    ),
    findingsOmitted: whole,
  });
}
