import { readFileSync } from 'node:fs';
import type { OpenCarrier } from './carrier.ts';
import type { Measured, Order } from './measured.ts';

/**
 * The process that is measured: it loads one variant, lets it carry a small object, so that modules loaded at first use are
 * there, and then the objects of the row. Prints one line of JSON.
 */
const order = JSON.parse(process.argv[2]!) as Order;
const { open } = (await import(order.module)) as { readonly open: OpenCarrier };
try {
  const carrier = await open(order.job, order.options);
  if (order.warmUpKey !== undefined) await carrier.carry([order.warmUpKey]);
  const { prefix, suffix, count } = order.keys;
  const keys = Array.from({ length: count }, (_, index) => `${prefix}${index}${suffix}`);
  const idleBytes = process.memoryUsage.rss();
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const records = await carrier.carry(keys);
  const wallMs = performance.now() - started;
  const cpu = process.cpuUsage(cpuBefore);
  await carrier.close?.();
  report({ records, wallMs, cpuMs: (cpu.user + cpu.system) / 1000, idleBytes, peakBytes: peakBytes() });
} catch (error) {
  if ((error as Error).name !== 'VariantAbsent') throw error;
  report({ absent: (error as Error).message });
}

function report(result: Measured | { readonly absent: string }): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** Linux counts the parent's pages at the fork into `maxRSS`, and not into VmHWM. */
function peakBytes(): number {
  const kilobytes =
    process.platform === 'linux'
      ? /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
      : process.resourceUsage().maxRSS;
  return Number(kilobytes) * 1024;
}
