import { createHash } from 'node:crypto';

/** How a simulated store behaves. */
export interface BucketSettings {
  readonly name: string;
  /** Keeps every version, and names them. */
  readonly versioned: boolean;
  /** What ETags it gives: of the content, weak ones as some proxies make them, or none. */
  readonly etags: 'strong' | 'weak' | 'none';
  /** Sends a checksum with whole objects. */
  readonly checksums: boolean;
  /** Milliseconds between two pieces of 64 bytes of a body, for objects that take longer than an invocation. @default fast */
  readonly slowMs?: number;
}

/** One version of an object, as the store keeps it. */
export interface StoredVersion {
  readonly key: string;
  readonly versionId: string;
  readonly bytes: Uint8Array;
  /** Hexadecimal MD5 of the content, without quotes. */
  readonly md5: string;
  /** World time at which it was written. */
  readonly writtenAt: number;
  /** Grows with each event of the bucket. */
  readonly sequencer: string;
}

/** Objects and their versions. */
export class Bucket {
  readonly settings: BucketSettings;
  /** Versions by key, the newest last; `undefined` is a delete marker. */
  readonly #objects: Map<string, (StoredVersion | undefined)[]> = new Map();
  #events = 0;

  constructor(settings: BucketSettings) {
    this.settings = settings;
  }

  put(key: string, bytes: Uint8Array, now: number): StoredVersion {
    this.#events += 1;
    const version: StoredVersion = {
      key,
      versionId: `v${this.#events}`,
      bytes,
      md5: createHash('md5').update(bytes).digest('hex'),
      writtenAt: now,
      sequencer: (0x10_0000 + this.#events).toString(16).toUpperCase(),
    };
    const versions = this.settings.versioned ? (this.#objects.get(key) ?? []) : [];
    this.#objects.set(key, [...versions, version]);
    return version;
  }

  remove(key: string): void {
    this.#events += 1;
    const versions = this.#objects.get(key);
    if (versions === undefined) return;
    if (this.settings.versioned) versions.push(undefined);
    else this.#objects.delete(key);
  }

  latest(key: string): StoredVersion | undefined {
    return this.#objects.get(key)?.at(-1);
  }

  version(key: string, versionId: string): StoredVersion | undefined {
    return this.#objects.get(key)?.find((version) => version?.versionId === versionId);
  }

  /** The objects that are there, by key. */
  list(): readonly StoredVersion[] {
    return [...this.#objects.keys()].toSorted().flatMap((key) => this.latest(key) ?? []);
  }
}
