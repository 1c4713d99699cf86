import { describe, expect, it } from 'vitest';
import { statementFault } from '../src/statement-fault.ts';

const server = (code: string): Error => Object.assign(new Error('any text'), { code, severity: 'ERROR' });

describe('what a statement that failed means', () => {
  it.each([
    ['08006', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['08P01', 'fatal', 'POSTGRES_REQUEST_FAILED'],
    ['40001', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['40P01', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['53300', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['57P01', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['57P04', 'fatal', 'POSTGRES_REQUEST_FAILED'],
    ['58030', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['25006', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['25P02', 'fatal', 'POSTGRES_REQUEST_FAILED'],
    ['55P03', 'passing', 'POSTGRES_UNAVAILABLE'],
    ['22003', 'row', 'POSTGRES_ROW_REFUSED'],
    ['23514', 'row', 'POSTGRES_ROW_REFUSED'],
    ['44000', 'row', 'POSTGRES_ROW_REFUSED'],
    ['54000', 'row', 'POSTGRES_ROW_REFUSED'],
    ['P0001', 'row', 'POSTGRES_ROW_REFUSED'],
    ['21000', 'twice', 'POSTGRES_REQUEST_FAILED'],
    ['28P01', 'fatal', 'POSTGRES_ACCESS_DENIED'],
    ['42501', 'fatal', 'POSTGRES_ACCESS_DENIED'],
    ['42P01', 'fatal', 'POSTGRES_TABLE_NOT_FOUND'],
    ['42703', 'fatal', 'POSTGRES_REQUEST_FAILED'],
    ['XX000', 'fatal', 'POSTGRES_REQUEST_FAILED'],
  ])('%s is %s, with %s', (state, kind, code) => {
    const fault = statementFault(server(state), 't');
    expect(fault).toMatchObject({ kind, error: { code, details: { sqlState: state, table: 't' } } });
  });

  it('goes by codes, never by texts', () => {
    const misleading = Object.assign(new Error('deadlock detected'), { code: '22000', severity: 'ERROR' });
    expect(statementFault(misleading, 't').kind).toBe('row');
    // EPIPE looks like a SQLSTATE, and comes from Node.
    const system = Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' });
    expect(statementFault(system, 't')).toMatchObject({
      kind: 'passing',
      error: { code: 'POSTGRES_UNAVAILABLE', cause: system },
    });
    expect(statementFault(new Error('Connection terminated unexpectedly'), 't').kind).toBe('passing');
    const refused = new AggregateError([
      new Error('connect ECONNREFUSED ::1'),
      new Error('connect ECONNREFUSED 127.0.0.1'),
    ]);
    expect(statementFault(refused, 't').error.message).toContain('connect ECONNREFUSED 127.0.0.1');
    expect(statementFault(new TypeError('query is not a function'), 't').kind).toBe('fatal');
    expect(statementFault('thrown text', 't')).toMatchObject({
      kind: 'fatal',
      error: { code: 'POSTGRES_REQUEST_FAILED' },
    });
  });

  it('keeps what the server says of column and constraint', () => {
    const thrown = Object.assign(server('23502'), { column: 'sku', constraint: undefined, detail: 'Failing row.' });
    expect(statementFault(thrown, 't').error.details).toEqual({
      table: 't',
      sqlState: '23502',
      column: 'sku',
      detail: 'Failing row.',
    });
  });
});
