import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { machine } from './bench/report.ts';
import { spread } from './bench/statistics.ts';
import { areasOf } from './bundle/areas.ts';
import { type Bundle, buildBundle, FORMATS, moduleBytes } from './bundle/build-bundle.ts';

/**
 * What Millrace adds to a deployed function: the bundle of a handler beside one that only imports both SDK clients and the
 * commands that Millrace sends. `clients` counts: it has the document client, whose commands the handler's ledger sends.
 * `lowLevelClients` is shown beside it. The last line is one JSON object. `--rounds N`: imports of each, in fresh processes.
 */
const LIMITS = { extraBytes: 40_000, importRatio: 1.15 };
const NAMES = ['clients', 'lowLevelClients', 'handler'] as const;
const PROGRAMS = { clients: 'clients', lowLevelClients: 'low-level-clients', handler: 'handler' };
type Name = (typeof NAMES)[number];

const at = process.argv.indexOf('--rounds');
const rounds = at < 0 ? 21 : Number(process.argv[at + 1]);
if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1');

const child = fileURLToPath(new URL('bundle/import.mjs', import.meta.url));
const imported = ({ file }: Bundle): { readonly ms: number; readonly cpuMs: number } =>
  JSON.parse(execFileSync(process.execPath, [child, file], { encoding: 'utf8' })) as { ms: number; cpuMs: number };

console.log(machine());
console.log('\nThe handler, by area, from source:');
for (const [area, bytes] of Object.entries(areasOf(await moduleBytes('handler')))) {
  console.log(`  ${area.padEnd(40)} ${kB(bytes).padStart(9)}`);
}

const results: Record<string, object> = {};
for (const format of Object.keys(FORMATS) as (keyof typeof FORMATS)[]) {
  const bundles = await eachName((name) => buildBundle(PROGRAMS[name], format));
  const times = await eachName((): number[] => []);
  const cpu = await eachName((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    // None always goes first, so that none always pays for another's warm caches.
    for (let step = 0; step < NAMES.length; step += 1) {
      const name = NAMES[(round + step) % NAMES.length]!;
      const { ms, cpuMs } = imported(bundles[name]);
      times[name].push(ms);
      cpu[name].push(cpuMs);
    }
  }
  const importMs = await eachName((name) => spread(times[name]));
  const importCpuMs = await eachName((name) => spread(cpu[name]));
  const { handler } = bundles;
  const over = (name: Exclude<Name, 'handler'>) => ({
    bytes: bundles[name].bytes,
    extraBytes: handler.bytes - bundles[name].bytes,
    extraGzippedBytes: handler.gzippedBytes - bundles[name].gzippedBytes,
    importRatio: importMs.handler.median / importMs[name].median,
    importCpuRatio: importCpuMs.handler.median / importCpuMs[name].median,
  });
  const overClients = over('clients');
  const overLowLevelClients = over('lowLevelClients');
  console.log(`\n${format}: the handler ${kB(handler.bytes)}, imported in ${importMs.handler.median.toFixed(1)} ms`);
  for (const [label, { bytes, extraBytes, importRatio, importCpuRatio }] of [
    ['the clients (counts)', overClients],
    ['without the document client', overLowLevelClients],
  ] as const) {
    console.log(
      `  over ${label.padEnd(28)} ${kB(bytes)}: ${kB(extraBytes)} more, import × ${importRatio.toFixed(3)}, its CPU × ${importCpuRatio.toFixed(3)}`,
    );
  }
  for (const [part, bytes] of Object.entries(handler.parts)) {
    const more = bytes - (bundles.clients.parts[part] ?? 0);
    if (more >= 1000) console.log(`  ${part.padEnd(28)} ${kB(more).padStart(9)}`);
  }
  results[format] = {
    handlerBytes: handler.bytes,
    importMs,
    importCpuMs,
    overClients,
    overLowLevelClients,
    met: {
      extraBytes: overClients.extraBytes <= LIMITS.extraBytes,
      importRatio: overClients.importRatio <= LIMITS.importRatio,
    },
  };
}
console.log(JSON.stringify({ machine: machine(), rounds, limits: LIMITS, counts: 'overClients', ...results }));

async function eachName<T>(make: (name: Name) => T | Promise<T>): Promise<Record<Name, T>> {
  return {
    clients: await make('clients'),
    lowLevelClients: await make('lowLevelClients'),
    handler: await make('handler'),
  };
}

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`;
}
