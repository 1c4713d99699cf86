import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** A request as the fault proxy saw it, body included. */
export interface FaultCall {
  /** Number of the call at this proxy, from 1. */
  readonly number: number;
  readonly service: 's3' | 'dynamodb';
  /** The operation's name, such as `GetObject` or `BatchWriteItem`. */
  readonly op: string;
  readonly method: string;
  /** Path and query as they were sent. */
  readonly path: string;
  /** S3 only; bucket and key are those of path-style addresses. */
  readonly bucket: string | undefined;
  /** S3 only, decoded. */
  readonly key: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export function faultCall(number: number, request: IncomingMessage, body: Buffer): FaultCall {
  const { method = 'GET', url: path = '/', headers } = request;
  const common = { number, method, path, headers, body };
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    return { ...common, service: 'dynamodb', op: target.replace(/^.*\./, ''), bucket: undefined, key: undefined };
  }
  const [pathname = '', search = ''] = path.split('?', 2);
  const [bucket, ...rest] = pathname.split('/').slice(1);
  const key = rest.join('/');
  const level = key === '' ? (bucket ? 'bucket' : 'service') : 'object';
  return {
    ...common,
    service: 's3',
    op: s3Operation(method, level, new URLSearchParams(search), headers),
    bucket: bucket ? decodeURIComponent(bucket) : undefined,
    key: key === '' ? undefined : decodeURIComponent(key),
  };
}

/** The operations that carry data, by level and method. Others are named by `x-id` where the SDK sends it. */
const S3_OPERATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  service: { GET: 'ListBuckets' },
  bucket: { GET: 'ListObjects', HEAD: 'HeadBucket', PUT: 'CreateBucket', DELETE: 'DeleteBucket', POST: 'PostObject' },
  object: { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' },
};

function s3Operation(method: string, level: string, query: URLSearchParams, headers: IncomingHttpHeaders): string {
  const copies = headers['x-amz-copy-source'] !== undefined;
  if (query.has('uploadId')) {
    if (method === 'PUT') return copies ? 'UploadPartCopy' : 'UploadPart';
    return { POST: 'CompleteMultipartUpload', DELETE: 'AbortMultipartUpload' }[method] ?? 'ListParts';
  }
  if (query.has('uploads')) return method === 'POST' ? 'CreateMultipartUpload' : 'ListMultipartUploads';
  if (query.has('delete')) return 'DeleteObjects';
  if (query.get('list-type') === '2') return 'ListObjectsV2';
  if (method === 'PUT' && copies) return 'CopyObject';
  return query.get('x-id') ?? S3_OPERATIONS[level]?.[method] ?? method;
}
