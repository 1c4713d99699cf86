import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import type { Measured, Order } from './measured.ts';
import type { Programs } from './programs.ts';
import type { Variant } from './variant.ts';

/** A measurement, with the life of the process as its parent saw it. */
export interface Run extends Measured {
  readonly processMs: number;
}

/** Nothing in the suite takes this long unless it hangs. */
const TIMEOUT_MS = 30 * 60_000;

/** Runs a variant in a process of its own. Answers the reason where it cannot run here. */
export async function runVariant(
  variant: Variant,
  order: Omit<Order, 'module' | 'options'>,
  env: Readonly<Record<string, string>>,
  programs: Programs,
): Promise<Run | { readonly absent: string }> {
  const { program, nodeFlags = [] } = variant;
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  // boto3 looks for the region under another name than the other SDKs.
  const environment = { ...inherited, ...env, AWS_DEFAULT_REGION: env['AWS_REGION'] };
  const started = performance.now();
  if (program.kind === 'shell') {
    const path = `${order.keys.prefix}0${order.keys.suffix}`;
    const output = await printed('sh', ['-c', program.command, 'sh', path], environment);
    const processMs = performance.now() - started;
    return { records: Number(output), wallMs: processMs, cpuMs: 0, idleBytes: 0, peakBytes: 0, processMs };
  }
  const absent = await programs.missing(variant);
  if (absent !== undefined) return { absent };
  const options = program.kind === 'module' ? (program.options ?? {}) : {};
  const module = programs.url(program.path);
  const [command, args] =
    program.kind === 'python'
      ? ['python3', [fileURLToPath(module)]]
      : [process.execPath, [...nodeFlags, ...programs.nodeFlags, fileURLToPath(programs.url('child.ts'))]];
  const spawned = performance.now();
  const output = await printed(command, [...args, JSON.stringify({ ...order, module, options })], environment);
  const processMs = performance.now() - spawned;
  const result = JSON.parse(output.trim().split('\n').at(-1)!) as Measured | { readonly absent: string };
  return 'absent' in result ? result : { ...result, processMs };
}

async function printed(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(command, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS });
  const ended = new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code === 0 ? '' : `ended with ${signal ?? code}`));
  });
  const [output, errors, failure] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (failure !== '') throw new Error(`${command} ${args.join(' ')} ${failure}:\n${errors || output}`);
  return output;
}
