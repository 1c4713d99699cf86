import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { machine } from './bench/report.ts';
import { spread } from './bench/statistics.ts';
import { type Bundle, buildBundle, FORMATS } from './bundle/build-bundle.ts';

/**
 * What Millrace adds to a deployed function: the bundle of a handler beside one that only imports both SDK clients and the
 * commands that Millrace sends. The last line is one JSON object. `--rounds N`: imports of each, in fresh processes.
 */
const LIMITS = { extraBytes: 40_000, importRatio: 1.15 };
const NAMES = ['clients', 'handler'] as const;

const at = process.argv.indexOf('--rounds');
const rounds = at < 0 ? 21 : Number(process.argv[at + 1]);
if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1');

const child = fileURLToPath(new URL('bundle/import.mjs', import.meta.url));
const importMs = ({ file }: Bundle): number =>
  Number(execFileSync(process.execPath, [child, file], { encoding: 'utf8' }));

console.log(machine());
const results: Record<string, object> = {};
for (const format of Object.keys(FORMATS) as (keyof typeof FORMATS)[]) {
  const [clients, handler] = [await buildBundle('clients', format), await buildBundle('handler', format)];
  const times: Record<(typeof NAMES)[number], number[]> = { clients: [], handler: [] };
  for (let round = 0; round < rounds; round += 1) {
    // Neither always goes first, so that neither always pays for the other's warm caches.
    const order = round % 2 === 0 ? NAMES : NAMES.toReversed();
    for (const name of order) times[name].push(importMs(name === 'clients' ? clients : handler));
  }
  const [ofClients, ofHandler] = [spread(times.clients), spread(times.handler)];
  const extraBytes = handler.bytes - clients.bytes;
  const importRatio = ofHandler.median / ofClients.median;
  console.log(
    `\n${format}: the clients ${kB(clients.bytes)}, the handler ${kB(handler.bytes)}: ${kB(extraBytes)} more`,
  );
  for (const [part, bytes] of Object.entries(handler.parts)) {
    const more = bytes - (clients.parts[part] ?? 0);
    if (more >= 1000) console.log(`  ${part.padEnd(26)} ${kB(more).padStart(9)}`);
  }
  console.log(
    `  import: ${ofClients.median.toFixed(1)} ms, ${ofHandler.median.toFixed(1)} ms: × ${importRatio.toFixed(3)}`,
  );
  results[format] = {
    clientsBytes: clients.bytes,
    handlerBytes: handler.bytes,
    extraBytes,
    extraGzippedBytes: handler.gzippedBytes - clients.gzippedBytes,
    importMs: { clients: ofClients, handler: ofHandler },
    importRatio,
    met: { extraBytes: extraBytes <= LIMITS.extraBytes, importRatio: importRatio <= LIMITS.importRatio },
  };
}
console.log(JSON.stringify({ machine: machine(), rounds, limits: LIMITS, ...results }));

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`;
}
