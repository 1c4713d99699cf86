import { CopyObjectCommand, type CopyObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import { ask } from './ask.ts';
import type { CopySource } from './copy-source.ts';
import type { Subject } from './s3-error.ts';
import { wrongWrite } from './write-answer.ts';

export interface CopyRequest {
  readonly client: S3Client;
  readonly source: CopySource;
  /** Place and headers of the copy. */
  readonly target: Omit<CopyObjectCommandInput, 'CopySource'>;
  readonly subject: Subject;
  readonly signal: AbortSignal | undefined;
}

/** What S3 says of a finished copy. */
export interface Copied {
  readonly ETag?: string | undefined;
  readonly VersionId?: string | undefined;
}

/** Copies an object of up to 5 GB in one request. */
export async function copyWhole({ client, source, target, subject, signal }: CopyRequest): Promise<Copied> {
  const input: CopyObjectCommandInput = {
    ...target,
    ...source,
    MetadataDirective: 'REPLACE',
    // Tags are not copied, as in a copy by parts: S3 would need two more permissions for an object with tags.
    TaggingDirective: 'REPLACE',
  };
  const { CopyObjectResult, VersionId } = await ask((send) => send(client, new CopyObjectCommand(input)), {
    subject,
    signal,
    verify: (answer) => wrongWrite(answer.CopyObjectResult),
  });
  return { ETag: CopyObjectResult?.ETag, VersionId };
}
