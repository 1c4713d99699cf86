import { GetObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { isMillraceError } from '@millrace/core';
import { ask } from './ask.ts';
import { discardBody } from './body-stream.ts';
import { checkVersion, wrongAnswer } from './object-answer.ts';
import { isPinned, pin } from './pin.ts';
import { type S3Ref, s3Uri } from './s3-ref.ts';

/** What an answer to HEAD can mean by its status alone. */
const UNAMBIGUOUS: ReadonlySet<string> = new Set([
  'S3_OBJECT_CHANGED',
  'S3_UNAVAILABLE',
  'S3_RESPONSE_INVALID',
  'S3_SOCKETS_EXHAUSTED',
  'S3_WRONG_REGION',
]);

/**
 * Headers of the object that `ref` names, pinned as a read would be. Answers to HEAD have no body and so no reason: where
 * one fails, the same is asked by GET, whose answer tells a missing bucket from a missing key and bad credentials from
 * denied access.
 *
 * @param timeoutMs how long S3 may take to answer; 0 waits as long as the client does
 */
export async function headObject(
  client: S3Client,
  ref: S3Ref,
  signal?: AbortSignal,
  timeoutMs = 0,
): Promise<HeadObjectCommandOutput> {
  const subject = { action: 'read', uri: s3Uri(ref), versionId: ref.versionId, pinned: isPinned(ref) };
  const options = { subject, signal, timeoutMs };
  try {
    const answer = await ask((send) => send(client, new HeadObjectCommand(pin(ref))), {
      ...options,
      verify: (head) => wrongAnswer(ref, head),
    });
    checkVersion(ref, answer, subject);
    return answer;
  } catch (error) {
    if (!isMillraceError(error) || UNAMBIGUOUS.has(error.code)) throw error;
    const get = new GetObjectCommand(pin(ref));
    discardBody(await ask((send) => send(client, get), { ...options, discard: discardBody }));
    throw error;
  }
}

/** Returns the headers of an object that may not exist; `undefined` if S3 returns 404. */
export async function findObject(
  client: S3Client,
  { bucket, key }: S3Ref,
  signal?: AbortSignal,
  timeoutMs = 0,
): Promise<HeadObjectCommandOutput | undefined> {
  const head = new HeadObjectCommand({ Bucket: bucket, Key: key });
  const subject = { action: 'look for', uri: s3Uri({ bucket, key }) };
  try {
    return await ask((send) => send(client, head), {
      subject,
      signal,
      timeoutMs,
      verify: (answer) => wrongAnswer({ bucket, key }, answer),
    });
  } catch (error) {
    if (isMillraceError(error) && error.code === 'S3_OBJECT_NOT_FOUND') return undefined;
    throw error;
  }
}
