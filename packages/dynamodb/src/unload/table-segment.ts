import { MillraceError } from '@millrace/core';
import { tableName } from '../table-name.ts';

/** A part of a table: what `dynamodbSource` opens. `{ table }` is all of it. */
export interface TableSegment {
  /** Name of the table, or its ARN. */
  readonly table: string;
  /** Number of the segment, from 0. @default 0 */
  readonly segment?: number;
  /** Segments that the table is cut into: 1 to 1,000,000. @default 1 */
  readonly totalSegments?: number;
}

/** DynamoDB's limit (API reference, Scan). */
const MAX_SEGMENTS = 1_000_000;

/** All segments of a table, in order. @throws MillraceError `DYNAMODB_REF_INVALID` */
export function segmentsOf({ table, totalSegments = 1 }: Omit<TableSegment, 'segment'>): readonly TableSegment[] {
  checkSegment({ table, totalSegments });
  return Array.from({ length: totalSegments }, (_, segment) => ({ table, segment, totalSegments }));
}

/** `dynamodb:table`, and for one segment of several `dynamodb:table?segment=3&totalSegments=16`. */
export function segmentUri({ table, segment = 0, totalSegments = 1 }: TableSegment): string {
  return `dynamodb:${table}${totalSegments === 1 ? '' : `?segment=${segment}&totalSegments=${totalSegments}`}`;
}

/** @throws MillraceError `DYNAMODB_REF_INVALID` */
export function checkSegment({ table, segment = 0, totalSegments = 1 }: TableSegment): void {
  const expected = tableName(table);
  if (expected !== undefined) throw invalid(`A reference needs a table: ${expected}.`);
  if (!Number.isSafeInteger(totalSegments) || totalSegments < 1 || totalSegments > MAX_SEGMENTS) {
    throw invalid(`totalSegments is a whole number from 1 to ${MAX_SEGMENTS}.`);
  }
  if (!Number.isSafeInteger(segment) || segment < 0 || segment >= totalSegments) {
    throw invalid(`segment is a whole number from 0 to ${totalSegments - 1}.`);
  }
}

function invalid(message: string): MillraceError {
  return new MillraceError('DYNAMODB_REF_INVALID', message);
}
