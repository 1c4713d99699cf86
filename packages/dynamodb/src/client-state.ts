import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Whether a client still is as it was when this was made. */
export type Unchanged = () => boolean;

/** Settings that the SDK itself changes with each response. */
const CHANGING: ReadonlySet<string> = new Set(['systemClockOffset']);

type Settings = Readonly<Record<string, unknown>>;

interface Handler {
  readonly handle?: unknown;
  readonly httpHandlerConfigs?: () => Settings;
}

/**
 * Notes all that is set on a client: settings, request handler, sockets, middleware, `send`. Anyone who holds the client may
 * change them at any time, and requests that do not go through the client would miss it. A comparison takes a few
 * microseconds.
 *
 * @param used whether the client has sent a request. The first one makes the SDK fill in settings that were not set, and
 *   resolve those of the request handler, which is not noticed then.
 */
export function clientState(client: DynamoDBClient, used: boolean): Unchanged {
  const { config } = client;
  const { send } = client as { readonly send: unknown };
  const { requestHandler } = config;
  const { handle } = requestHandler as Handler;
  const middleware = middlewareOf(client);
  const isSame = sameSettings(config as unknown as Settings, used);
  const isSameHandler = used ? sameSettings(configOf(requestHandler), true) : () => true;
  return () =>
    client.config === config &&
    client.send === send &&
    (requestHandler as Handler).handle === handle &&
    isSame(config as unknown as Settings) &&
    isSameHandler(configOf(requestHandler)) &&
    hasMiddleware(client, middleware);
}

function configOf(requestHandler: Handler): Settings {
  return requestHandler.httpHandlerConfigs?.() ?? {};
}

/** @param whole whether settings that are added count, and those that were not set */
function sameSettings(before: Settings, whole: boolean): (now: Settings) => boolean {
  const all = Object.keys(before);
  const names = all.filter((name) => !CHANGING.has(name) && (whole || before[name] !== undefined));
  const values = names.map((name) => before[name]);
  return (now) => {
    for (let index = 0; index < names.length; index += 1) {
      if (!Object.is(now[names[index]!], values[index])) return false;
    }
    return !whole || Object.keys(now).length === all.length;
  };
}

function middlewareOf(client: DynamoDBClient): readonly unknown[] {
  const all: unknown[] = [];
  eachMiddleware(client, (one) => void all.push(one));
  return all;
}

function hasMiddleware(client: DynamoDBClient, before: readonly unknown[]): boolean {
  let index = 0;
  let same = true;
  eachMiddleware(client, (one) => {
    if (one !== before[index]) same = false;
    index += 1;
  });
  return same && index === before.length;
}

/** A stack copies itself into any that it is given: into one that only looks. */
function eachMiddleware({ middlewareStack }: DynamoDBClient, see: (middleware: unknown) => void): void {
  const looking = { add: see, addRelativeTo: see, identifyOnResolve: () => false };
  middlewareStack.applyToStack(looking as unknown as typeof middlewareStack);
}
