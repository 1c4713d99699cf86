import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import zlib from 'node:zlib';
import { feed } from '@millrace/core';
import { fileSource } from '@millrace/file';
import { parseParquet } from '@millrace/parquet';
import { parquetReadObjects } from 'hyparquet';

/**
 * What reading a Parquet file takes, with a sink that only counts: `parseParquet` with all columns and with one, and hyparquet,
 * which answers all rows at once; each in processes of its own, in turn; medians. The last line is one JSON object.
 *
 *     pnpm run parquet-read --rounds 5 --file flights-3m.parquet --column origin
 */
const FLIGHTS = fileURLToPath(new URL('../data/flights-3m.parquet', import.meta.resolve('vega-datasets')));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    file: { type: 'string', default: FLIGHTS },
    column: { type: 'string', default: 'origin' },
    child: { type: 'string' },
  },
});

interface Taken {
  readonly rows: number;
  readonly ms: number;
  readonly cpuMs: number;
  /** Peak of resident memory over what the process had before, in MB. */
  readonly overIdleMb: number;
}

const READERS: Readonly<Record<string, () => Promise<number>>> = {
  parseParquet: () => carry(),
  'parseParquet, one column': () => carry([values.column]),
  hyparquet: async () => {
    const bytes = readFileSync(values.file);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const compressors = { ZSTD: (input: Uint8Array) => zlib.zstdDecompressSync(input) };
    return (await parquetReadObjects({ file, compressors })).length;
  },
};

async function carry(columns?: readonly string[]): Promise<number> {
  const parser = parseParquet(columns === undefined ? {} : { columns });
  const sink = { name: 'count', limits: { count: 1000 }, write: async () => {} };
  const report = await feed('measured')
    .from(fileSource())
    .through(parser)
    .to(sink)
    .run([{ path: values.file }]);
  return report.totals.written;
}

async function measure(reader: string): Promise<Taken> {
  const idle = process.memoryUsage.rss();
  const [cpu, started] = [process.cpuUsage(), performance.now()];
  const rows = await READERS[reader]!();
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const peak = process.resourceUsage().maxRSS * 1024;
  return { rows, ms, cpuMs: (user + system) / 1000, overIdleMb: (peak - idle) / 1e6 };
}

function inChild(reader: string): Taken {
  const own = [
    '--conditions=@millrace/source',
    fileURLToPath(import.meta.url),
    '--file',
    values.file,
    '--column',
    values.column,
  ];
  return JSON.parse(execFileSync(process.execPath, [...own, '--child', reader], { encoding: 'utf8' })) as Taken;
}

if (values.child !== undefined) {
  console.log(JSON.stringify(await measure(values.child)));
} else {
  const taken = new Map<string, Taken[]>(Object.keys(READERS).map((reader) => [reader, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [reader, all] of taken) all.push(inChild(reader));
  }
  const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!;
  const result = Object.fromEntries(
    [...taken].map(([reader, all]) => [
      reader,
      {
        rows: all[0]!.rows,
        rowsPerSecond: Math.round(all[0]!.rows / (median(all.map(({ ms }) => ms)) / 1000)),
        cpuMicrosecondsARow: Number(((median(all.map(({ cpuMs }) => cpuMs)) * 1000) / all[0]!.rows).toFixed(2)),
        overIdleMb: Math.round(median(all.map(({ overIdleMb }) => overIdleMb))),
      },
    ]),
  );
  console.table(result);
  console.log(JSON.stringify(result));
}
