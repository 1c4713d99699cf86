import { MillraceError, type Source } from '@millrace/core';
import { toMillraceError } from '@millrace/core/plugin';

/** Where a file is. With its ETag, the reference is pinned to one version. */
export interface HttpRef {
  readonly url: string;
  readonly etag?: string;
}

const failed = (cause: unknown): MillraceError => toMillraceError(cause, 'HTTP_READ_FAILED');

/** Reads files over HTTP, from servers that tell an ETag. */
export function httpSource(): Source<HttpRef, Uint8Array> {
  const describe = ({ url }: HttpRef): string => new URL(url).href;
  const open: Source<HttpRef, Uint8Array>['open'] = async (ref, context) => {
    const uri = describe(ref);
    const leaving = new AbortController();
    const signal = AbortSignal.any([context.signal, leaving.signal]);
    const response = await fetch(uri, { signal }).catch((cause: unknown) => Promise.reject(failed(cause)));
    const etag = response.headers.get('etag');
    if (!response.ok || etag === null || (ref.etag ?? etag) !== etag) {
      leaving.abort();
      throw new MillraceError('HTTP_REFUSED', `${uri} answered ${response.status}, ETag ${etag}, not ${ref.etag}.`);
    }
    return {
      origin: { id: `${uri}#etag=${etag}`, uri, etag },
      chunks: async function* (item) {
        item.signal.addEventListener('abort', () => leaving.abort(item.signal.reason), { once: true });
        try {
          // A body that ends before its length makes this throw, so nothing is passed off as whole.
          if (response.body !== null) yield* response.body;
        } catch (cause) {
          throw failed(cause);
        }
      },
      close: () => leaving.abort(),
    };
  };
  return Object.freeze({ name: 'http', describe, open });
}
