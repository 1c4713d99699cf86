import { MillraceError } from '@millrace/core';

/**
 * What a statement that failed means for its rows. `passing`: try again. `row`: PostgreSQL refuses a row for its own sake.
 * `twice`: two rows have one key, as the table sees it. `fatal`: no retry helps.
 */
export interface StatementFault {
  readonly kind: 'passing' | 'row' | 'twice' | 'fatal';
  readonly error: MillraceError;
}

/** Classes and codes of https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const PASSING = new Set([
  '08', // connection exception
  '40', // transaction rollback: serialization failure, deadlock
  '53', // insufficient resources: too many connections, out of memory, disk full
  '57', // operator intervention: shutdown, crash, statement timeout
  '58', // system error: input and output
  '25006', // read-only transaction: the server is a standby, until the fail-over is done
  '55P03', // lock not available
]);
/** They are of classes that pass, and do not. */
const LASTING = new Set([
  '08P01', // protocol violation
  '57P04', // the database was dropped
]);
const ROW = new Set([
  '22', // data exception: a number out of range, a date that is none
  '23', // integrity constraint violation
  '44', // with check option violation
  '54', // program limit exceeded: a key that no index takes
  'P0001', // raised by a trigger of the table
]);
const DENIED = new Set(['28', '42501']);
const MISSING_TABLE = new Set(['42P01', '3F000']);

/** Node's own errors have codes as well, one of them, EPIPE, of five capitals; SQLSTATE comes with a severity. */
function sqlStateOf(thrown: unknown): string | undefined {
  const { code, severity } = Object(thrown) as { readonly code?: unknown; readonly severity?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && severity !== undefined ? code : undefined;
}

export function statementFault(thrown: unknown, table: string): StatementFault {
  const state = sqlStateOf(thrown);
  if (state === undefined) return withoutState(thrown, table);
  const isOf = (set: ReadonlySet<string>): boolean => set.has(state) || set.has(state.slice(0, 2));
  const said = `PostgreSQL says, with SQLSTATE ${state}: ${messageOf(thrown)}`;
  const fault = (kind: StatementFault['kind'], code: string, advice: string): StatementFault => {
    const details = { table, sqlState: state, ...factsOf(thrown) };
    return { kind, error: new MillraceError(code, `${advice} ${said}`, { cause: thrown, details }) };
  };
  if (state === '21000') return fault('twice', 'POSTGRES_REQUEST_FAILED', `Table ${table} did not take the batch.`);
  if (isOf(ROW)) return fault('row', 'POSTGRES_ROW_REFUSED', `Table ${table} does not take the record.`);
  if (isOf(PASSING) && !LASTING.has(state)) {
    return fault('passing', 'POSTGRES_UNAVAILABLE', `Table ${table} could not be written within the retry budget.`);
  }
  if (isOf(DENIED)) return fault('fatal', 'POSTGRES_ACCESS_DENIED', `No right to use table ${table}.`);
  if (MISSING_TABLE.has(state)) return fault('fatal', 'POSTGRES_TABLE_NOT_FOUND', `There is no table ${table}.`);
  return fault('fatal', 'POSTGRES_REQUEST_FAILED', `Table ${table} could not be written, and no retry would help.`);
}

/** It does not come from the server: the connection failed, or the program has a mistake. */
function withoutState(thrown: unknown, table: string): StatementFault {
  const mistake = thrown instanceof TypeError || thrown instanceof RangeError || !(thrown instanceof Error);
  const error = mistake
    ? new MillraceError('POSTGRES_REQUEST_FAILED', `The client threw: ${messageOf(thrown)}`, { cause: thrown })
    : new MillraceError(
        'POSTGRES_UNAVAILABLE',
        `Table ${table} could not be reached within the retry budget: ${messageOf(thrown)}`,
        { cause: thrown, details: { table } },
      );
  return { kind: mistake ? 'fatal' : 'passing', error };
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError) return thrown.errors.map(messageOf).join('; ');
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** What the server tells beside the message, where it does. */
function factsOf(thrown: unknown): Readonly<Record<string, string>> {
  const { column, constraint, detail } = thrown as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries({ column, constraint, detail }).filter(
      (fact): fact is [string, string] => typeof fact[1] === 'string',
    ),
  );
}
