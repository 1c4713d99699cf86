import pg from 'pg';

/** A pool as a user would make one. */
export function poolOn(port: number, options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', ...options });
  pool.on('error', () => {});
  return pool;
}
