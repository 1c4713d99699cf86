import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** A server of the system's packages, with a cluster of its own. */
export interface SystemPostgres {
  readonly port: number;
  /** Ends it as a crash would, and starts it again over the same files. */
  readonly crash: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Where Debian, Fedora, Homebrew and the PATH have the binaries; undefined where there are none. */
export function postgresBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  const places = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/pgsql/bin',
    '/opt/homebrew/opt/postgresql/bin',
  ];
  return places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')));
}

/** `15.18`, as the binary says. */
export function postgresVersion(binaries: string): string {
  return /\d+(\.\d+)*/.exec(execFileSync(join(binaries, 'postgres'), ['--version'], { encoding: 'utf8' }))![0];
}

/** The server refuses to run as root: it then runs as the user that its package has made. */
function unprivileged(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (what: string): number => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export async function startSystemPostgres(binaries: string): Promise<SystemPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-postgres-'));
  const user = unprivileged();
  if (user.uid !== undefined) await chown(directory, user.uid, user.gid!);
  const options = { ...user, cwd: directory, stdio: 'ignore' } as const;
  const data = join(directory, 'data');
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  execFileSync(join(binaries, 'initdb'), initdb, options);
  const port = await freePort();
  const start = async () => {
    const settings = ['-D', data, '-p', `${port}`, '-k', directory, '-h', '127.0.0.1', '-c', 'max_connections=50'];
    const child = spawn(join(binaries, 'postgres'), settings, options);
    await untilReady(port);
    return child;
  };
  let child = await start();
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return {
    port,
    // Immediate shutdown: what was committed must be found again in the log.
    crash: async () => {
      await end('SIGQUIT');
      child = await start();
    },
    stop: async () => {
      await end('SIGINT');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilReady(port: number): Promise<void> {
  for (let waited = 0; ; waited += 50) {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (waited > 30_000) throw error;
      await sleep(50);
    }
  }
}
