// The program of the DynamoDB process: dynalite on the loopback interface.
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { answerWhenSettled } from './answer-when-settled.ts';
import { ignoreTerminalSignals, linkToParent, optionsFromParent } from './parent-link.ts';

interface Options {
  readonly port: number;
  readonly region: string;
  readonly tableDelayMs: number;
}

const { port, region, tableDelayMs } = optionsFromParent<Options>();
ignoreTerminalSignals();
process.env.AWS_REGION = region; // What dynalite writes into the ARNs.

const server = dynalite({ createTableMs: tableDelayMs, updateTableMs: tableDelayMs, deleteTableMs: tableDelayMs });

// dynalite throws every request's error, so that a client which aborts a request ends the process
// (https://github.com/architect/dynalite/issues/183). Its listener is replaced; other errors still surface.
server.prependListener('request', (request: IncomingMessage) => {
  const on = request.on.bind(request);
  request.on = (event: string, listener: (...args: never[]) => void) =>
    on(event, event === 'error' ? () => {} : (listener as () => void));
});
if (tableDelayMs === 0) answerWhenSettled(server);
server.listen(port, '127.0.0.1', () => linkToParent((server.address() as AddressInfo).port));
