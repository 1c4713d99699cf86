export { audit, type ArrivalPeriod, type AuditOptions } from './operate/audit.ts';
export type { AuditFinding, AuditReport, AuditStatus } from './operate/audit-report.ts';
export { failed, type FailedOptions } from './operate/failed.ts';
export type { ObjectStatus } from './operate/object-status.ts';
export type { RecordTrace, TracedRejection, TracedRow } from './operate/record-trace.ts';
export { type FeedStatus, type LedgerPeriod, status } from './operate/status.ts';
export { traceLine, type TraceLineOptions } from './operate/trace-line.ts';
export { type RowTrace, traceRow, type TraceRowOptions } from './operate/trace-row.ts';
