// The program of the S3 process: fauxqs on the loopback interface, with guards, observed for created objects.
import type { AddressInfo } from 'node:net';
import { buildApp } from 'fauxqs';
import { announceCreatedObjects } from './announce-created-objects.ts';
import { compareUtf8 } from './compare-utf8.ts';
import { guardS3 } from './guard-s3.ts';
import { ignoreTerminalSignals, linkToParent, optionsFromParent } from './parent-link.ts';

const { port, region } = optionsFromParent<{ readonly port: number; readonly region: string }>();
ignoreTerminalSignals();

// fauxqs sorts keys with localeCompare but cuts its pages with `<=`, so that listings of mixed-case keys lose or repeat
// some. S3 lists in UTF-8 byte order. The patch stays in this process, which runs nothing else.
// eslint-disable-next-line no-extend-native
String.prototype.localeCompare = function localeCompare(that: string): number {
  return compareUtf8(String(this), that);
};

// startFauxqs would listen on every interface; building the app leaves the address to us.
const app = buildApp({ logger: false, defaultRegion: region });
guardS3(app);
const announced = announceCreatedObjects(app);
await app.listen({ port, host: '127.0.0.1' });
linkToParent((app.server.address() as AddressInfo).port, announced);
