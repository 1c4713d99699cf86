import * as zlib from 'node:zlib';

/** Name of the error for a response that is not one of the operation that was called. */
export const RESPONSE_INVALID = 'ResponseInvalid';

/** Name of the error for a response whose body is not the one that was sent. */
export const CHECKSUM_MISMATCH = 'ResponseChecksumMismatch';

/** What is known about the exchange that led to an error, as the SDK keeps it. */
export interface ResponseMetadata {
  readonly httpStatusCode?: number | undefined;
  readonly requestId?: string | undefined;
  readonly attempts?: number | undefined;
}

/**
 * Makes the error for a response with a status of success that does not have its operation's shape, as a proxy, a captive
 * portal or a fault between may return. It is unknown whether the service ever saw the request, so it may be sent again.
 *
 * @param problem what is wrong, never what the response holds
 */
export function invalidResponse(problem: string, $metadata: ResponseMetadata = {}): Error {
  return Object.assign(new Error(problem), { name: RESPONSE_INVALID, $metadata });
}

/** Tells a JSON object from everything else that JSON can say. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Returns a response of the SDK that has the shape of its operation.
 *
 * @param operation such as `Scan`
 * @param shaped whether the response has what the operation always returns
 * @throws Error {@link RESPONSE_INVALID}
 */
export function shapedResponse<T extends { readonly $metadata?: ResponseMetadata }>(
  operation: string,
  output: T,
  shaped: (output: T) => boolean,
): T {
  if (isObject(output) && shaped(output)) return output;
  throw invalidResponse(`It does not have the shape of a ${operation} response.`, output?.$metadata);
}

/**
 * Throws where a body does not have the checksum that its header names. Not checked before Node 22.2, which has no CRC-32.
 *
 * @param checksum the value of `x-amz-crc32`, if the response has one
 * @throws Error {@link CHECKSUM_MISMATCH}
 */
export function checkChecksum(checksum: unknown, body: Uint8Array, $metadata: ResponseMetadata): void {
  if (typeof checksum !== 'string' || zlib.crc32 === undefined || Number(checksum) === zlib.crc32(body)) return;
  throw Object.assign(new Error('The response was damaged on its way.'), { name: CHECKSUM_MISMATCH, $metadata });
}
