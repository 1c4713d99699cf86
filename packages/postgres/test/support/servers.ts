import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { inFull } from '../../../../test/support/in-full.ts';
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

/** Milliseconds that a start may take where the machine is busy with other work. */
export const START_MS = 180_000;

export interface ServerKind {
  readonly name: string;
  readonly start: () => Promise<TestServer>;
}

/** It takes seconds of work to start, so one serves a file of tests, and ends with its process. */
let pglite: Promise<PGlite> | undefined;
const thePglite = (): Promise<PGlite> => (pglite ??= PGlite.create());

async function startPglite(): Promise<TestServer> {
  return { direct: await thePglite(), stop: async () => {} };
}

async function startPgliteOnTheWire(): Promise<TestServer> {
  const db = await thePglite();
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 20 });
  await server.start();
  const port = Number(server.getServerConn().split(':').at(-1));
  const direct = poolOn(port);
  return {
    direct,
    port,
    stop: async () => {
      await direct.end();
      await server.stop();
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
/** What most files run on in `pnpm test`: one, the most like those of users. `pnpm run test:extended` runs the others. */
export const servers: readonly ServerKind[] = inFull ? allServers.slice(0, -1) : allServers.slice(-1);

process.stdout.write(
  `PostgreSQL for these tests: ${allServers.map(({ name }) => name).join(', ')}${binaries === undefined ? '; no server of the system was found' : ''}.\n`,
);
