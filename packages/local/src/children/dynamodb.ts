// The program of the DynamoDB process: dynalite on the loopback interface.
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { ignoreTerminalSignals, linkToParent, optionsFromParent } from './parent-link.ts';

const { port, tableDelayMs } = optionsFromParent<{ readonly port: number; readonly tableDelayMs: number }>();
ignoreTerminalSignals();

const server = dynalite({ createTableMs: tableDelayMs, updateTableMs: tableDelayMs, deleteTableMs: tableDelayMs });

// dynalite throws every request's error, so that a client which aborts a request ends the process
// (https://github.com/architect/dynalite/issues/183). Its listener is replaced; other errors still surface.
server.prependListener('request', (request: IncomingMessage) => {
  const on = request.on.bind(request);
  request.on = (event: string, listener: (...args: never[]) => void) =>
    on(event, event === 'error' ? () => {} : (listener as () => void));
});
server.listen(port, '127.0.0.1', () => linkToParent((server.address() as AddressInfo).port));
