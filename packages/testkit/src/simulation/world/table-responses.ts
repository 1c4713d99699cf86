import { crc32 } from 'node:zlib';
import type { HttpRequest, HttpResponse } from '../wire/http.ts';

/** Bodies that arrive with a good status and are not responses. */
export const NOT_RESPONSES: Readonly<Record<string, { readonly status: number; readonly text: string }>> = {
  'empty-object': { status: 200, text: '{}' },
  null: { status: 200, text: 'null' },
  list: { status: 200, text: '[]' },
  page: { status: 200, text: '<html></html>' },
  'no-content': { status: 204, text: '' },
  empty: { status: 200, text: '' },
};

/** The input of an operation. */
export function bodyOf({ body }: HttpRequest): unknown {
  return JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array));
}

/** An error as DynamoDB sends it. */
export function error(status: number, name: string): HttpResponse {
  return response(status, JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name }));
}

/** @param signed the text whose checksum the response carries, if that is another */
export function response(status: number, text: string, signed: string = text): HttpResponse {
  const body = Buffer.from(text);
  return {
    status,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(body.length),
      'x-amz-crc32': String(crc32(Buffer.from(signed))),
    },
    body,
  };
}
