// The process whose import is measured: JavaScript, so that nothing but the bundle is loaded. Lambda's runtime imports, too.
import { pathToFileURL } from 'node:url';

const url = pathToFileURL(process.argv[2]).href;
const cpu = process.cpuUsage();
const started = performance.now();
await import(url);
const ms = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(JSON.stringify({ ms, cpuMs: (user + system) / 1000 }), () => process.exit());
