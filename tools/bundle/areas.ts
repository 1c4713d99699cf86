/** What the modules of our packages are for, by their paths: the first that matches. */
const AREAS: readonly (readonly [area: string, modules: RegExp])[] = [
  ['core: a run and its accounts', /^core\/src\/run/],
  ['core: feed, options, errors', /^core\//],
  ['s3: checksums in WebAssembly', /^s3\/src\/(crc|running-checksum|comparison)/],
  ['s3: ranges, resuming, time-outs', /^s3\/src\/(resumable|parallel|read-body|object-body|body-stream|ask)/],
  ['s3: listing', /^s3\/src\/list/],
  ['s3: errors', /^s3\/src\/s3-error/],
  ['s3: versions, origin, the source', /^s3\//],
  ['dynamodb: packs', /^dynamodb\/src\/(pack\/|name-uuid|landing)/],
  ['dynamodb: ledger', /^dynamodb\/src\/.*ledger/],
  ['dynamodb: lean sender', /^dynamodb\/src\/(lean-sender|request-pattern|http-answer|exchange|client-obstacle)/],
  ['dynamodb: requests through the client', /^dynamodb\/src\/(sdk-sender|create-sender|passage|batch-input|client\.)/],
  [
    'dynamodb: write rate, retries, errors',
    /^dynamodb\/src\/(rate\/|deliver|backoff|retry|service-fault|until-aborted)/,
  ],
  ['dynamodb: records to items, sizes, keys', /^dynamodb\//],
  ['lambda-adapter: events to references', /^lambda-adapter\/src\/events/],
  ['lambda-adapter: invocation, time, logs', /^lambda-adapter\//],
  ['gzip', /^gzip\//],
  ['encoding', /^encoding\//],
  ['formats', /^formats\//],
];

/** Bytes by area; what is not of our packages is left out. */
export function areasOf(modules: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const areas: Record<string, number> = {};
  for (const [path, bytes] of Object.entries(modules)) {
    const ours = /^packages\/(.*)/.exec(path)?.[1];
    if (ours === undefined || bytes === 0) continue;
    const area = AREAS.find(([, pattern]) => pattern.test(ours))?.[0] ?? ours.slice(0, ours.indexOf('/'));
    areas[area] = (areas[area] ?? 0) + bytes;
  }
  return Object.fromEntries(Object.entries(areas).toSorted(([, a], [, b]) => b - a));
}
