export { audit, type ArrivalPeriod, type AuditOptions } from './operate/audit.ts';
export type { AuditFinding, AuditReport, AuditStatus } from './operate/audit-report.ts';
export { failed, type FailedOptions } from './operate/failed.ts';
export type { ObjectStatus } from './operate/object-status.ts';
export { type FeedStatus, type LedgerPeriod, status } from './operate/status.ts';
