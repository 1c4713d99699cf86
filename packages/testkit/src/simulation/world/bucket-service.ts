import { crc32 } from 'node:zlib';
import type { Chance } from '../chance.ts';
import { WORLD_EPOCH } from '../time/simulated-process.ts';
import type { BodyStream, HttpRequest, HttpResponse, HttpService } from '../wire/http.ts';
import type { Bucket, StoredVersion } from './bucket.ts';

/**
 * What a store can do wrong with one request. `unavailable`: 503. `break`, `stall`: the body breaks off, or says nothing more.
 * `short`: fewer bytes than the object has, and a length that agrees with them. `other-range`: 206 with another range than
 * asked for. `page`: a web page with status 200. `flip`: one bit of the body is another.
 */
export type BucketFault = 'unavailable' | 'break' | 'stall' | 'short' | 'other-range' | 'page' | 'flip';

/** Answers GetObject, HeadObject and ListObjectsV2 as S3 does. */
export function bucketService(bucket: Bucket, chance: Chance): HttpService {
  return (request, fault) => {
    if (fault === 'unavailable') return errorResponse(503, 'SlowDown');
    if (fault === 'page') return page();
    const key = keyOf(bucket, request.path);
    if (key === '') return listing(bucket);
    const versionId = request.query?.['versionId'];
    const version = typeof versionId === 'string' ? bucket.version(key, versionId) : bucket.latest(key);
    if (version === undefined) return errorResponse(404, typeof versionId === 'string' ? 'NoSuchVersion' : 'NoSuchKey');
    const wanted = request.headers['if-match'];
    if (wanted !== undefined && !matches(bucket, version, wanted)) return errorResponse(412, 'PreconditionFailed');
    return objectResponse(bucket, version, request, { fault, chance });
  };
}

function keyOf({ settings: { name } }: Bucket, path: string): string {
  return decodeURIComponent(path.replace(new RegExp(`^/(${name}/?)?`), ''));
}

function matches({ settings }: Bucket, version: StoredVersion, wanted: string): boolean {
  if (settings.etags === 'none') return true;
  return wanted.replace(/^W\//, '').replaceAll('"', '') === version.md5;
}

function etagOf({ settings: { etags } }: Bucket, { md5 }: StoredVersion): string | undefined {
  if (etags === 'none') return undefined;
  return etags === 'weak' ? `W/"${md5}"` : `"${md5}"`;
}

function objectResponse(
  bucket: Bucket,
  version: StoredVersion,
  request: HttpRequest,
  { fault, chance }: { readonly fault: string | undefined; readonly chance: Chance },
): HttpResponse {
  const size = version.bytes.length;
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers['range'] ?? '');
  let from = range === null ? 0 : Number(range[1]);
  let to = range === null || range[2] === '' ? size : Math.min(size, Number(range[2]) + 1);
  if (from >= size && size > 0) return errorResponse(416, 'InvalidRange');
  let partial = range !== null;
  if (fault === 'other-range' && size > 2) {
    partial = true;
    from = from > 0 ? 0 : size >> 1;
    to = Math.max(from + 1, to - 1);
  }
  // Where nothing names the version, its size says nothing either.
  if (fault === 'short' && bucket.settings.etags !== 'none') to = from + Math.floor((to - from) * 0.6);
  let body: Uint8Array = version.bytes.subarray(from, to);
  // Without a checksum nobody could tell.
  if (fault === 'flip' && body.length > 0 && bucket.settings.checksums) {
    body = Uint8Array.from(body);
    body[chance.integer(0, body.length - 1)]! ^= 1;
  }
  const etag = etagOf(bucket, version);
  const checksum = bucket.settings.checksums && !partial && request.headers['x-amz-checksum-mode'] === 'ENABLED';
  const headers = {
    'x-amz-request-id': 'SIMULATED',
    'content-type': 'application/octet-stream',
    'content-length': String(body.length),
    'last-modified': new Date(WORLD_EPOCH + version.writtenAt).toUTCString(),
    ...(etag !== undefined && { etag }),
    ...(bucket.settings.versioned && { 'x-amz-version-id': version.versionId }),
    ...(partial && { 'content-range': `bytes ${from}-${to - 1}/${size}` }),
    ...(checksum && { 'x-amz-checksum-crc32': base64Crc(version.bytes), 'x-amz-checksum-type': 'FULL_OBJECT' }),
  };
  const head = request.method === 'HEAD';
  return {
    status: partial ? 206 : 200,
    headers,
    body: head ? new Uint8Array() : body,
    ...(!head && { stream: streamOf(body, fault, chance, bucket.settings.slowMs) }),
  };
}

function streamOf(body: Uint8Array, fault: string | undefined, chance: Chance, slowMs: number | undefined): BodyStream {
  if (slowMs !== undefined) return { pieceBytes: 64, gapMs: slowMs };
  // A checksum speaks before the last piece: the damage of a body in one piece is found before anything is read from it.
  const pieceBytes = fault === 'flip' ? 64_000 : chance.pick([64, 200, 1000, 64_000]);
  const ends = fault === 'break' || fault === 'stall' ? fault : undefined;
  const endsAt = chance.integer(0, Math.max(0, body.length - 1));
  return { pieceBytes, gapMs: chance.pick([0, 1, 5, 60]), ...(ends !== undefined && { ends, endsAt }) };
}

function listing(bucket: Bucket): HttpResponse {
  const contents = bucket.list().map((version) => {
    const etag = etagOf(bucket, version);
    const modified = new Date(WORLD_EPOCH + version.writtenAt).toISOString();
    const tag = etag === undefined ? '' : `<ETag>${etag.replaceAll('"', '&quot;')}</ETag>`;
    return `<Contents><Key>${encodeURIComponent(version.key)}</Key><LastModified>${modified}</LastModified>${tag}<Size>${version.bytes.length}</Size></Contents>`;
  });
  return xml(
    200,
    `<ListBucketResult><Name>${bucket.settings.name}</Name><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`,
  );
}

function errorResponse(status: number, code: string): HttpResponse {
  return xml(status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

function page(): HttpResponse {
  const body = Buffer.from('<!doctype html>\n<title>Sign in to the network</title>\n');
  const headers = { 'content-type': 'text/html', 'content-length': String(body.length) };
  return { status: 200, headers, body, stream: { pieceBytes: 1000, gapMs: 0 } };
}

function xml(status: number, text: string): HttpResponse {
  const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${text}`);
  return {
    status,
    headers: {
      'x-amz-request-id': 'SIMULATED',
      'content-type': 'application/xml',
      'content-length': String(body.length),
    },
    body,
  };
}

function base64Crc(bytes: Uint8Array): string {
  const digest = Buffer.alloc(4);
  digest.writeUInt32BE(crc32(bytes));
  return digest.toString('base64');
}
