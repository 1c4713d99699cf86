import type { buildApp } from 'fauxqs';
import { compareUtf8 } from './compare-utf8.ts';

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type S3Store = Stores['s3Store'];
type ListedObject = ReturnType<S3Store['listObjects']>['objects'][number];

/**
 * fauxqs's store with a listing that is in UTF-8 byte order and whose pages fit together. fauxqs sorts by locale but
 * resumes by UTF-16 units, so that its pages lose or repeat keys, for example of mixed case.
 */
export async function byteOrderedStore(): Promise<S3Store> {
  // The class is not a public export; the dependency is pinned to one version, and a test lists 10,000 keys.
  const file = new URL('./s3/s3Store.js', import.meta.resolve('fauxqs'));
  const { S3Store: Store } = (await import(file.href)) as { readonly S3Store: new () => S3Store };
  const store = new Store();
  const listOfFauxqs = store.listObjects.bind(store);

  store.listObjects = (bucket, { prefix = '', delimiter, maxKeys = 1000, startAfter, marker } = {}) => {
    // Everything in one page, in which fauxqs makes no mistake but the order.
    const { objects } = listOfFauxqs(bucket, { prefix, maxKeys: Number.POSITIVE_INFINITY });
    const after = startAfter ?? marker ?? '';
    const entries = new Map<string, ListedObject | undefined>();
    for (const object of objects.toSorted((a, b) => compareUtf8(a.key, b.key))) {
      const end = delimiter ? object.key.indexOf(delimiter, prefix.length) : -1;
      const name = end < 0 || !delimiter ? object.key : object.key.slice(0, end + delimiter.length);
      if (after === '' || compareUtf8(name, after) > 0) entries.set(name, end < 0 ? object : undefined);
    }
    const page = [...entries].slice(0, maxKeys);
    const isTruncated = entries.size > page.length;
    // fauxqs resumes after the page's last object, or after its last common prefix where it has no object. So where
    // prefixes follow the last object, they are left to the next page; S3 may answer with fewer entries, too.
    const lastObject = page.findLastIndex(([, object]) => object !== undefined);
    if (isTruncated && lastObject >= 0) page.length = lastObject + 1;
    return {
      objects: page.flatMap(([, object]) => object ?? []),
      commonPrefixes: page.flatMap(([name, object]) => (object === undefined ? name : [])),
      isTruncated,
    };
  };
  return store;
}
