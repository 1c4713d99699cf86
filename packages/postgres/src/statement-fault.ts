import { MillraceError } from '@millrace/core';
import { conditionText } from './condition-names.ts';
import { clientText, type ServerError, serverError } from './server-error.ts';

/**
 * What a statement that failed means for its rows. `passing`: try again. `slow`: it took too long for the server; fewer rows
 * can succeed. `row`: PostgreSQL refuses a row for its own sake. `twice`: two rows have one key, as the table sees it.
 * `unknown`: a row or the statement is at fault; fewer rows show which. `fatal`: no retry helps.
 */
export type FaultKind = 'passing' | 'slow' | 'row' | 'twice' | 'unknown' | 'fatal';

export interface StatementFault {
  readonly kind: FaultKind;
  readonly sqlState: string | undefined;
  /** What the write rejects with if the fault is not a row's. */
  readonly error: MillraceError;
  /** What a row is refused with if the fault is its own. */
  readonly refusal: MillraceError;
}

/** Classes and codes of https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const PASSING = new Set([
  '08', // connection exception; 08P01 is what PgBouncer reports if no server is free or one is restarting
  '25006', // read-only transaction: the server is a standby until the failover is done
  '25P03', // idle-in-transaction timeout: the session has ended
  '25P04', // transaction timeout
  '26000', // a pooler sent parse and execute to different servers
  '40', // transaction rollback: serialization failure, deadlock
  '42P05', // a pooler shares a server that has a statement of that name
  '53', // insufficient resources: too many connections, out of memory, disk full
  '55006', // object in use
  '55P03', // lock not available
  '57', // operator intervention: shutdown, crash, recovery
  '58', // system error: input and output
]);
const SLOW = '57014';
const ROW = new Set([
  '22', // data exception: a number out of range, a date that does not exist
  '23', // integrity constraint violation
  '44', // with check option violation
  '54', // program limit exceeded: a key that no index takes
  'P0', // raised by a trigger of the table
]);
const FATAL = new Set([
  '28', // the user or its password
  '3D', // the database
  '57P04', // the database was dropped
]);
/** Classes of errors that end a session and would end the next one too. */
const FATAL_TO_SESSION = new Set([...FATAL, '0A', '22', '42']);
const DENIED = new Set(['28', '42501']);
const MISSING_TABLE = new Set(['42P01', '3F000']);

export interface FaultContext {
  readonly table: string;
  /** Whether the statement carried records, whose values the server's texts can quote. */
  readonly carriesRecords: boolean;
}

/** Classifies by SQLSTATE, never by text: texts are translated, and change. */
export function statementFault(thrown: unknown, context: FaultContext): StatementFault {
  const server = serverError(thrown);
  if (server.sqlState === undefined) return withoutState(server.root, context.table);
  const kind = kindOf(server, server.sqlState);
  const said = saidBy(server, server.sqlState, context);
  const details = { table: context.table, sqlState: server.sqlState, ...server.names };
  const make = (code: string, advice: string, retryable = false): MillraceError =>
    new MillraceError(code, `${advice} ${said.text}`, { cause: said.cause, details, retryable });
  const refusal = make('POSTGRES_ROW_REFUSED', `Table ${context.table} does not take the record.`);
  return {
    kind,
    sqlState: server.sqlState,
    refusal,
    error: kind === 'row' ? refusal : ofStatement(kind, server.sqlState, context.table, make),
  };
}

function kindOf({ endedSession, byPolicy }: ServerError, state: string): FaultKind {
  const isOf = (set: ReadonlySet<string>): boolean => set.has(state) || set.has(state.slice(0, 2));
  if (endedSession) return isOf(FATAL_TO_SESSION) ? 'fatal' : 'passing';
  if (isOf(FATAL)) return 'fatal';
  if (state === SLOW) return 'slow';
  if (state === '21000') return 'twice';
  if (isOf(PASSING)) return 'passing';
  return byPolicy || isOf(ROW) ? 'row' : 'unknown';
}

function ofStatement(
  kind: FaultKind,
  state: string,
  table: string,
  make: (code: string, advice: string, retryable?: boolean) => MillraceError,
): MillraceError {
  if (kind === 'passing' || kind === 'slow') {
    const text = `Table ${table} could not be reached within the retry budget. Run again later, or raise retry.`;
    return make('POSTGRES_UNAVAILABLE', text, true);
  }
  if (DENIED.has(state) || DENIED.has(state.slice(0, 2))) {
    return make(
      'POSTGRES_ACCESS_DENIED',
      `Table ${table} cannot be used with these rights. Grant INSERT, UPDATE and SELECT.`,
    );
  }
  if (MISSING_TABLE.has(state)) {
    return make('POSTGRES_TABLE_NOT_FOUND', `Table ${table}, or what it depends on, was not found.`);
  }
  return make('POSTGRES_REQUEST_FAILED', `Table ${table} could not be used, and no retry would help.`);
}

/** The server's own text only if no record can be in it. Drivers keep texts and parameters on their errors, too. */
function saidBy(
  { root, endedSession, names }: ServerError,
  state: string,
  { carriesRecords }: FaultContext,
): { readonly text: string; readonly cause: unknown } {
  const condition = conditionText(state);
  const about = Object.entries(names).map(([what, name]) => `${what} ${JSON.stringify(name)}`);
  const facts = about.length === 0 ? condition : `${condition}, ${about.join(', ')}`;
  if (carriesRecords && !endedSession) return { text: `PostgreSQL reports ${facts}.`, cause: undefined };
  const text = root instanceof Error ? root.message : String((root as { readonly message?: unknown }).message);
  return { text: `PostgreSQL reports ${facts}: ${text}`, cause: root };
}

/** It does not come from the server: the connection failed, or the program has a mistake. */
function withoutState(root: unknown, table: string): StatementFault {
  const mistake = root instanceof TypeError || root instanceof RangeError || !(root instanceof Error);
  const text = clientText(root);
  const cause = text === root || (root instanceof Error && text === root.name) ? undefined : root;
  const error = mistake
    ? new MillraceError('POSTGRES_REQUEST_FAILED', `The client threw: ${text}`, { cause, details: { table } })
    : new MillraceError(
        'POSTGRES_UNAVAILABLE',
        `Table ${table} could not be reached within the retry budget. Run again later, or raise retry. The client reports: ${text}`,
        { cause, details: { table }, retryable: true },
      );
  return { kind: mistake ? 'fatal' : 'passing', sqlState: undefined, error, refusal: error };
}
