import { objectKey, type SizedSpec } from '../stub-aws/object-spec.ts';
import type { Verdict } from '../stub-aws/verifier.ts';
import type { Programs } from './programs.ts';
import type { Row, Size } from './row.ts';
import { type Run, runVariant } from './run-variant.ts';
import { type Servers, startServers } from './servers.ts';
import type { Variant } from './variant.ts';

export interface RowResult {
  readonly row: Row;
  /** By variant, in the order of the rounds. */
  readonly runs: Readonly<Record<string, readonly Run[]>>;
  /** Variants that could not run, with the reason. */
  readonly absent: Readonly<Record<string, string>>;
  /** Milliseconds that the stub took for an answer, on average: its timers are late by a bit. 0 where it did not wait. */
  readonly answerMs: number;
}

export interface RunRowOptions {
  readonly programs: Programs;
  readonly size: keyof Size;
  /** Looks at each record that arrives. The times then mean nothing, so there is one round. */
  readonly verify: boolean;
  readonly variants: readonly Variant[];
}

/** Part of the records of a quick run that are looked at one by one. */
const VERIFIED_PART = 0.1;

/** Records of the object that each process carries first. */
const WARM_UP = 4;

/** Runs a row: each variant in a fresh process, in turn, A B C A B C. Fails where a record is missing. */
export async function runRow(row: Row, options: RunRowOptions): Promise<RowResult> {
  const { verify, size, variants } = options;
  await using servers = await startServers(row, verify);
  const runs: Record<string, Run[]> = {};
  const absent: Record<string, string> = {};
  const rounds = verify ? 1 : row.rounds[size];
  for (let round = 0; round < rounds; round += 1) {
    for (const variant of variants) {
      if (variant.name in absent) continue;
      const run = await measure(row, variant, servers, options);
      if ('absent' in run) absent[variant.name] = run.absent;
      else (runs[variant.name] ??= []).push(run);
      if (verify && !('absent' in run)) checkVerdicts(row, variant, await servers.stub!.verdicts());
    }
  }
  const { requests = 0, answeringMs = 0 } = (await servers.stub?.stats()) ?? {};
  return { row, runs, absent, answerMs: requests === 0 ? 0 : answeringMs / requests };
}

async function measure(
  row: Row,
  variant: Variant,
  servers: Servers,
  { programs, size, verify }: RunRowOptions,
): Promise<Run | { readonly absent: string }> {
  const { format, charset, gzipped, inFlight, itemsAtOnce, recordBytes } = row;
  const records = Math.max(1, Math.round(row.records[size] * (variant.share ?? 1) * (verify ? VERIFIED_PART : 1)));
  const spec: SizedSpec = { format, charset, gzipped, recordBytes, size: { records } };
  const count = row.objects[size];
  const key = await servers.provide(objectKey(spec, 0));
  const [, prefix, suffix] = /^(.*\D)0(\D*)$/s.exec(key)!;
  const { bucket, table, env, stub } = servers;
  const job = { bucket, table, feed: 'bench', format, charset, gzipped, inFlight, itemsAtOnce };
  const keys = { prefix: prefix!, suffix: suffix!, count };
  // The start of the process counts where a whole process is compared with another program.
  const warmUpKey =
    row.from === 'disk' ? undefined : await servers.provide(objectKey({ ...spec, size: { records: WARM_UP } }, 0));
  const before = await stub?.stats();
  const run = await runVariant(variant, { job, keys, ...(warmUpKey !== undefined && { warmUpKey }) }, env, programs);
  if ('absent' in run) return run;
  if (run.records !== records * count) {
    throw new Error(`${row.name}, ${variant.name}: ${run.records} records instead of ${records * count}`);
  }
  const after = await stub?.stats();
  const received = (after?.records ?? 0) - (before?.records ?? 0);
  const expected = records * count + (warmUpKey === undefined ? 0 : WARM_UP);
  if (received > expected || (received > 0 && received < expected && variant.packs !== true)) {
    throw new Error(`${row.name}, ${variant.name}: the stub received ${received} items instead of ${expected}`);
  }
  return run;
}

function checkVerdicts(row: Row, variant: Variant, verdicts: Readonly<Record<string, Verdict>>): void {
  if (Object.keys(verdicts).length === 0) throw new Error(`${row.name}, ${variant.name}: nothing arrived`);
  for (const [uri, verdict] of Object.entries(verdicts)) {
    const { expected, arrived, repeated, wrong } = verdict;
    if (expected === arrived && repeated === 0 && wrong === 0) continue;
    throw new Error(`${row.name}, ${variant.name}: ${uri} did not arrive exactly once: ${JSON.stringify(verdict)}`);
  }
}
