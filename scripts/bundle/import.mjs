// The process whose import is measured: JavaScript, so that nothing but the bundle is loaded.
import { pathToFileURL } from 'node:url';

const url = pathToFileURL(process.argv[2]).href;
const started = performance.now();
await import(url);
process.stdout.write(String(performance.now() - started), () => process.exit());
