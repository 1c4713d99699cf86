import { registerHooks } from 'node:module';
import process from 'node:process';

// Prints each module that the process loads, for a test of what a command costs.
registerHooks({
  load(url, context, nextLoad) {
    process.stderr.write(`loaded ${url}\n`);
    return nextLoad(url, context);
  },
});
