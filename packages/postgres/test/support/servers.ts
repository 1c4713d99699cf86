import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import type { PostgresClient } from '../../src/index.ts';
import { poolOn } from './pool-on.ts';
import { postgresBinaries, postgresVersion, startSystemPostgres } from './system-postgres.ts';

/** A PostgreSQL for a file of tests. */
export interface TestServer {
  /** For what tests do themselves. */
  readonly direct: PostgresClient;
  /** Where it listens; PGlite in the process does not. */
  readonly port?: number;
  /** Ends it in the middle and starts it again. */
  readonly crash?: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface ServerKind {
  readonly name: string;
  readonly start: () => Promise<TestServer>;
}

async function startPglite(): Promise<TestServer> {
  const direct = await PGlite.create();
  return { direct, stop: () => direct.close() };
}

async function startPgliteOnTheWire(): Promise<TestServer> {
  const database = await PGlite.create();
  const server = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port: 0, maxConnections: 20 });
  await server.start();
  const port = Number(server.getServerConn().split(':').at(-1));
  const direct = poolOn(port);
  return {
    direct,
    port,
    stop: async () => {
      await direct.end();
      await server.stop();
      await database.close();
    },
  };
}

const binaries = postgresBinaries();

/** In CI a missing server is a mistake of the workflow, and must not pass for a run on one. */
if (binaries === undefined && process.env['MILLRACE_TEST_POSTGRES'] === 'required') {
  throw new Error('MILLRACE_TEST_POSTGRES asks for a server, and neither initdb nor postgres were found.');
}

const system: readonly ServerKind[] =
  binaries === undefined
    ? []
    : [
        {
          name: `PostgreSQL ${postgresVersion(binaries)}`,
          start: async () => {
            const { crash, port, stop } = await startSystemPostgres(binaries);
            const direct = poolOn(port);
            return {
              direct,
              port,
              crash,
              stop: async () => {
                await direct.end();
                await stop();
              },
            };
          },
        },
      ];

/** PGlite in the process, as newcomers have it; through the wire and `pg`; and a server of the system's packages where it is there. */
export const allServers: readonly ServerKind[] = [
  { name: 'PGlite', start: startPglite },
  { name: 'PGlite on the wire', start: startPgliteOnTheWire },
  ...system,
];
export const wireServers: readonly ServerKind[] = allServers.slice(1);
export const systemServers: readonly ServerKind[] = system;

process.stdout.write(
  `PostgreSQL for these tests: ${allServers.map(({ name }) => name).join(', ')}${binaries === undefined ? '; no server of the system was found' : ''}.\n`,
);
