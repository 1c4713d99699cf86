// The program of the S3 process: fauxqs on the loopback interface, with guards, observed for created objects.
import type { AddressInfo } from 'node:net';
import { buildApp } from 'fauxqs';
import { announceCreatedObjects } from './announce-created-objects.ts';
import { byteOrderedStore } from './byte-ordered-store.ts';
import { guardS3 } from './guard-s3.ts';
import { honourConditions } from './honour-conditions.ts';
import { ignoreTerminalSignals, linkToParent, optionsFromParent } from './parent-link.ts';

const { port, region } = optionsFromParent<{ readonly port: number; readonly region: string }>();
ignoreTerminalSignals();

// startFauxqs would listen on every interface; building the app leaves the address to us.
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
const stores = { s3Store: await byteOrderedStore() } as Stores;
const app = buildApp({ logger: false, defaultRegion: region, stores });
guardS3(app);
honourConditions(app);
const announced = announceCreatedObjects(app);
await app.listen({ port, host: '127.0.0.1' });
linkToParent((app.server.address() as AddressInfo).port, announced);
