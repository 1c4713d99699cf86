import { MillraceError } from '@millrace/core';

/** A response that has the shape of one. */
export interface Response {
  readonly rows: readonly unknown[];
  /** The command tag's word, such as `INSERT`, if the client reports it. */
  readonly command: string | undefined;
  /** The rows that the command tag counts, if the client reports them. */
  readonly affected: number | undefined;
}

/**
 * Reads what a client resolved with.
 *
 * @throws MillraceError `POSTGRES_RESPONSE_INVALID`
 */
export function responseOf(result: unknown): Response {
  const { affectedRows, command, rowCount, rows } = Object(result) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(rows)) throw invalidResponse('It has no list of rows.');
  const counted = rowCount ?? affectedRows ?? undefined;
  if (counted !== undefined && !isCount(counted, Number.MAX_SAFE_INTEGER)) {
    throw invalidResponse('Its number of rows is not a whole number of at least 0.');
  }
  return { rows, command: typeof command === 'string' ? command : undefined, affected: counted };
}

/**
 * Reads how many rows an INSERT wrote by its command tag; undefined if the client does not report tags.
 *
 * @throws MillraceError `POSTGRES_RESPONSE_INVALID`
 */
export function insertedRows({ affected, command }: Response, sent: number): number {
  if (command !== undefined && command !== 'INSERT') throw invalidResponse('It is not the response to an INSERT.');
  if (affected === undefined) throw invalidResponse('It does not say how many rows were written.');
  return count(affected, sent);
}

/**
 * Reads counts from the single row of a SELECT.
 *
 * @throws MillraceError `POSTGRES_RESPONSE_INVALID`
 */
export function countsOf<N extends string>(response: Response, names: readonly N[], sent: number): Record<N, number> {
  const row = singleRow(response);
  const counts = names.map((name): [N, number] => [name, count(Number(textOf(row, name)), sent)]);
  return Object.fromEntries(counts) as Record<N, number>;
}

/**
 * Reads indexes of rows, which PostgreSQL numbers from 1, from the single row of a SELECT.
 *
 * @throws MillraceError `POSTGRES_RESPONSE_INVALID`
 */
export function indexesOf(response: Response, name: string, sent: number): readonly number[] {
  const list = jsonIn(singleRow(response), name) ?? [];
  if (!Array.isArray(list) || list.length > sent) throw invalidResponse(`Its ${name} are not row numbers.`);
  return list.map((one: unknown) => {
    if (!isCount(one, sent) || one === 0) throw invalidResponse(`Its ${name} are not row numbers.`);
    return one - 1;
  });
}

/** @throws MillraceError `POSTGRES_RESPONSE_INVALID` */
export function singleRow({ rows }: Response): Readonly<Record<string, unknown>> {
  const [row] = rows;
  if (rows.length !== 1 || typeof row !== 'object' || row === null) throw invalidResponse('It is not a single row.');
  return row as Readonly<Record<string, unknown>>;
}

/** @throws MillraceError `POSTGRES_RESPONSE_INVALID` */
export function textOf(row: Readonly<Record<string, unknown>>, name: string): string {
  const text = row[name];
  if (typeof text !== 'string') throw invalidResponse(`Its ${name} is not text.`);
  return text;
}

/** Parses JSON that a column brings as text; undefined for NULL. @throws MillraceError `POSTGRES_RESPONSE_INVALID` */
export function jsonIn(row: Readonly<Record<string, unknown>>, name: string): unknown {
  if (row[name] === null) return undefined;
  const text = textOf(row, name);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalidResponse(`Its ${name} is not JSON.`);
  }
}

function count(value: number, sent: number): number {
  if (isCount(value, sent)) return value;
  throw invalidResponse(`It does not report a number of rows from 0 to the ${sent} that were sent.`);
}

const isCount = (value: unknown, most: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;

export function invalidResponse(why: string): MillraceError {
  return new MillraceError(
    'POSTGRES_RESPONSE_INVALID',
    `The client resolved with something that PostgreSQL does not send. ${why} Nothing is known about the statement. Check the client, and any proxy between it and the server.`,
  );
}
