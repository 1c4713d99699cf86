import { describe, expect, it } from 'vitest';
import { statementFault } from '../src/statement-fault.ts';

const server = (code: string, severity = 'ERROR'): Error =>
  Object.assign(new Error('any text'), { code, severity, detail: 'Key (sku)=(canary).' });
const faultOf = (thrown: unknown, carriesRecords = true) => statementFault(thrown, { table: 't', carriesRecords });

describe('what a statement that failed means', () => {
  it.each([
    ['08006', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['08P01', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['40001', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['40P01', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['53100', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['53300', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['57P01', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['57P02', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['57P03', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['58030', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['25006', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['25P03', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['26000', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['42P05', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['55P03', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['57014', 'slow', 'POSTGRES_UNAVAILABLE'],
    ['22003', 'row', 'POSTGRES_ROW_REFUSED'],
    ['23514', 'row', 'POSTGRES_ROW_REFUSED'],
    ['44000', 'row', 'POSTGRES_ROW_REFUSED'],
    ['54000', 'row', 'POSTGRES_ROW_REFUSED'],
    ['P0001', 'row', 'POSTGRES_ROW_REFUSED'],
    ['P0002', 'row', 'POSTGRES_ROW_REFUSED'],
    ['21000', 'twice', 'POSTGRES_REQUEST_FAILED'],
    ['28P01', 'fatal', 'POSTGRES_ACCESS_DENIED'],
    ['3D000', 'fatal', 'POSTGRES_REQUEST_FAILED'],
    ['57P04', 'fatal', 'POSTGRES_REQUEST_FAILED'],
    ['25P02', 'unknown', 'POSTGRES_REQUEST_FAILED'],
    ['42501', 'unknown', 'POSTGRES_ACCESS_DENIED'],
    ['42P01', 'unknown', 'POSTGRES_TABLE_NOT_FOUND'],
    ['42703', 'unknown', 'POSTGRES_REQUEST_FAILED'],
    ['HX001', 'unknown', 'POSTGRES_REQUEST_FAILED'],
    ['XX000', 'unknown', 'POSTGRES_REQUEST_FAILED'],
  ])('%s is %s, with %s', (state, kind, code) => {
    const fault = faultOf(server(state));
    const retryable = kind === 'passing' || kind === 'slow';
    expect(fault).toMatchObject({ kind, error: { code, retryable, details: { sqlState: state, table: 't' } } });
    expect(fault.refusal).toMatchObject({ code: 'POSTGRES_ROW_REFUSED', retryable: false });
  });

  it.each([
    ['XX000', 'passing'],
    ['08P01', 'passing'],
    ['HX001', 'passing'],
    ['42501', 'fatal'],
    ['28000', 'fatal'],
    ['22023', 'fatal'],
    ['57P04', 'fatal'],
  ])('%s that ends the session is %s: no row does that', (state, kind) => {
    expect(faultOf(server(state, 'FATAL')).kind).toBe(kind);
  });

  it('knows what a policy refuses from a right that is missing', () => {
    const refused = Object.assign(server('42501'), { routine: 'ExecWithCheckOptions' });
    expect(faultOf(refused)).toMatchObject({ kind: 'row', error: { code: 'POSTGRES_ROW_REFUSED' } });
    expect(faultOf(Object.assign(server('42501'), { routine: 'aclcheck_error' })).kind).toBe('unknown');
  });

  it('goes by codes, never by texts', () => {
    const misleading = Object.assign(new Error('deadlock detected'), { code: '22000', severity: 'ERROR' });
    expect(faultOf(misleading).kind).toBe('row');
    // EPIPE looks like a SQLSTATE, and comes from Node.
    const system = Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' });
    expect(faultOf(system)).toMatchObject({
      kind: 'passing',
      error: { code: 'POSTGRES_UNAVAILABLE', cause: system, retryable: true },
    });
    expect(faultOf(new Error('Connection terminated unexpectedly')).kind).toBe('passing');
    const refused = new AggregateError([
      new Error('connect ECONNREFUSED ::1'),
      new Error('connect ECONNREFUSED 127.0.0.1'),
    ]);
    expect(faultOf(refused).error.message).toContain('connect ECONNREFUSED 127.0.0.1');
    expect(faultOf(new TypeError('query is not a function')).kind).toBe('fatal');
    expect(faultOf('thrown text')).toMatchObject({
      kind: 'fatal',
      error: { code: 'POSTGRES_REQUEST_FAILED', retryable: false },
    });
  });

  it('keeps what the server says of column, constraint, type and relation, and drops what can quote a record', () => {
    const thrown = Object.assign(server('23502'), {
      column: 'sku',
      constraint: undefined,
      dataType: 'code',
      schema: 'public',
      table: 'prices_2026',
      where: 'SQL statement canary',
      params: ['canary'],
    });
    const { error } = faultOf(thrown);
    expect(error.details).toEqual({
      table: 't',
      sqlState: '23502',
      column: 'sku',
      dataType: 'code',
      relation: 'public.prices_2026',
    });
    expect(error.message).toContain('SQLSTATE 23502 (not_null_violation), column "sku"');
    expect(error.cause).toBeUndefined();
    expect(JSON.stringify(error)).not.toContain('any text');
    expect(faultOf(thrown, false).error).toMatchObject({
      message: expect.stringContaining('any text') as string,
      cause: thrown,
    });
  });

  it('looks through wrappers, whose own messages hold statements and parameters', () => {
    const wrapped = new Error('Failed query: insert … params: canary', { cause: server('23505') });
    expect(faultOf(wrapped)).toMatchObject({ kind: 'row', sqlState: '23505' });
    expect(JSON.stringify(faultOf(wrapped).error)).not.toContain('canary');
    const lost = new Error('Failed query: insert … params: canary', { cause: new Error('read ECONNRESET') });
    expect(faultOf(lost)).toMatchObject({ kind: 'passing' });
    expect(JSON.stringify(faultOf(lost).error)).not.toContain('canary');
    const parsed = new SyntaxError('Unexpected token "canary"');
    expect(JSON.stringify(faultOf(parsed).error)).not.toContain('canary');
    const circle = new Error('a');
    circle.cause = circle;
    expect(faultOf(circle).kind).toBe('passing');
  });
});
