import { S3Client } from '@aws-sdk/client-s3';

/** Holds the injected client, or makes one at first use; nothing is made by merely configuring a source. */
export interface ClientHolder {
  readonly get: () => S3Client;
  /** Closes the connections of a client made here. An injected one stays open: its owner closes it. */
  readonly release: () => void;
}

export function holdClient(injected: S3Client | undefined): ClientHolder {
  let made: S3Client | undefined;
  return {
    get: () => injected ?? (made ??= new S3Client({})),
    release: () => {
      made?.destroy();
      made = undefined;
    },
  };
}
