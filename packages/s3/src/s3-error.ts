import { isMillraceError, MillraceError } from '@millrace/core';

/** What was asked of S3, for the error's text. */
export interface Subject {
  /** What the request was for, such as `read` or `list`. */
  readonly action: string;
  /** `s3://bucket/key`, or `s3://bucket/prefix` for a listing. */
  readonly uri: string;
  /** Set where the request named a version: S3 then refuses a malformed one as an invalid argument. */
  readonly versionId?: string | undefined;
  /** Whether the request was held to the version that its caller named. If not, another try reads what is there then. */
  readonly pinned?: boolean | undefined;
}

/** What the SDK's errors carry: S3's code as the name, the elements of S3's error document, the raw answer. */
interface SdkError {
  readonly name?: string;
  /** Set by Node for failures of the network, such as `ECONNREFUSED`. */
  readonly code?: string;
  readonly message?: string;
  readonly Region?: string;
  /** Of an archived object: its class, and its tier if the class is `INTELLIGENT_TIERING`. */
  readonly StorageClass?: string;
  readonly AccessTier?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> };
}

/** S3's own codes (API reference, "Error responses") and what they are here. */
const BY_NAME: Readonly<Record<string, string>> = {
  NoSuchKey: 'S3_OBJECT_NOT_FOUND',
  NoSuchBucket: 'S3_BUCKET_NOT_FOUND',
  NoSuchVersion: 'S3_VERSION_NOT_FOUND',
  PreconditionFailed: 'S3_OBJECT_CHANGED',
  InvalidObjectState: 'S3_OBJECT_ARCHIVED',
  PermanentRedirect: 'S3_WRONG_REGION',
  TemporaryRedirect: 'S3_WRONG_REGION',
  IllegalLocationConstraintException: 'S3_WRONG_REGION',
  InvalidAccessKeyId: 'S3_CREDENTIALS_REFUSED',
  SignatureDoesNotMatch: 'S3_CREDENTIALS_REFUSED',
  AuthorizationHeaderMalformed: 'S3_CREDENTIALS_REFUSED',
  ExpiredToken: 'S3_CREDENTIALS_REFUSED',
  InvalidToken: 'S3_CREDENTIALS_REFUSED',
  TokenRefreshRequired: 'S3_CREDENTIALS_REFUSED',
  RequestTimeTooSkewed: 'S3_CREDENTIALS_REFUSED',
  RequestExpired: 'S3_CREDENTIALS_REFUSED',
  CredentialsProviderError: 'S3_CREDENTIALS_REFUSED',
  TokenProviderError: 'S3_CREDENTIALS_REFUSED',
  MetadataTooLarge: 'S3_METADATA_NOT_CARRIED',
  SlowDown: 'S3_UNAVAILABLE',
  RequestTimeout: 'S3_UNAVAILABLE',
  // 409: another request for the same object was under way.
  OperationAborted: 'S3_UNAVAILABLE',
  ConditionalRequestConflict: 'S3_UNAVAILABLE',
  // 400: the request was damaged on its way.
  BadDigest: 'S3_UNAVAILABLE',
  IncompleteBody: 'S3_UNAVAILABLE',
};

/** An answer to HEAD has no body and so no code; what is known then is the status. */
const BY_STATUS: Readonly<Record<number, string>> = {
  301: 'S3_WRONG_REGION',
  307: 'S3_WRONG_REGION',
  403: 'S3_ACCESS_DENIED',
  404: 'S3_OBJECT_NOT_FOUND',
  412: 'S3_OBJECT_CHANGED',
  429: 'S3_UNAVAILABLE',
};

/** Credentials that were good: the next process has new ones. */
const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'TokenRefreshRequired', 'RequestExpired']);

/**
 * Turns what the SDK threw into a coded error that says what to do. It decides by S3's code, the HTTP status and
 * headers, never by a message.
 */
export function s3Error(thrown: unknown, subject: Subject): MillraceError {
  if (isMillraceError(thrown)) return thrown;
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as SdkError;
  const region = error.Region ?? error.$response?.headers?.['x-amz-bucket-region'];
  const code = codeOf(error, subject, region);
  return new MillraceError(code, `${message(code, error, region)} (Could not ${subject.action} ${subject.uri}.)`, {
    cause: thrown,
    retryable: isRetryable(code, error, subject),
    details: {
      uri: subject.uri,
      s3Code: error.name,
      status: error.$metadata?.httpStatusCode,
      requestId: error.$metadata?.requestId,
      ...(code === 'S3_WRONG_REGION' ? { region } : {}),
      ...(code === 'S3_OBJECT_ARCHIVED' ? archiveOf(error) : {}),
    },
  });
}

/** Whether the same request can succeed later with nothing changed. */
function isRetryable(code: string, { name = '' }: SdkError, { pinned = true }: Subject): boolean {
  if (code === 'S3_UNAVAILABLE' || code === 'S3_RESPONSE_INVALID') return true;
  // What was named by its version will not come back; what was not is read as it is by then.
  if (code === 'S3_OBJECT_CHANGED') return !pinned;
  return code === 'S3_CREDENTIALS_REFUSED' && EXPIRED.has(name);
}

function codeOf(error: SdkError, { versionId }: Subject, region: string | undefined): string {
  const { name = '', $metadata: { httpStatusCode: status } = {} } = error;
  if (name === 'AuthorizationHeaderMalformed' && error.Region !== undefined) return 'S3_WRONG_REGION';
  // HEAD at the wrong regional endpoint: 400 without a body, but with the region in a header.
  if (status === 400 && name === 'Unknown' && region !== undefined) return 'S3_WRONG_REGION';
  // A version id that S3 never issued is an invalid argument, one that is gone is NoSuchVersion.
  if (name === 'InvalidArgument' && versionId !== undefined) return 'S3_VERSION_NOT_FOUND';
  // A request for a delete marker by its version id returns 405.
  if (status === 405 && error.$response?.headers?.['x-amz-delete-marker'] === 'true') return 'S3_OBJECT_NOT_FOUND';
  const known = BY_NAME[name] ?? (status === undefined ? undefined : BY_STATUS[status]);
  if (known !== undefined) return known;
  // A status of success with a body that cannot be read.
  const wire = error.$response?.statusCode ?? status;
  if (wire !== undefined && wire >= 200 && wire < 300) return 'S3_RESPONSE_INVALID';
  if (status !== undefined) return status >= 500 ? 'S3_UNAVAILABLE' : 'S3_REQUEST_FAILED';
  return typeof error.code === 'string' || name === 'TimeoutError' ? 'S3_UNAVAILABLE' : 'S3_REQUEST_FAILED';
}

function message(code: string, error: SdkError, region: string | undefined): string {
  const said = `${error.name ?? 'error'}${error.message ? `: ${error.message}` : ''}`;
  switch (code) {
    case 'S3_OBJECT_NOT_FOUND':
      return 'There is no such object: it was deleted, or the key is not decoded as S3 stores it.';
    case 'S3_BUCKET_NOT_FOUND':
      return 'There is no such bucket.';
    case 'S3_VERSION_NOT_FOUND':
      return 'The object has no such version: it was deleted for good, or the version id is of another object.';
    case 'S3_OBJECT_CHANGED':
      return 'The object changed since the event or listing that named it; the event of the newer version covers it.';
    case 'S3_OBJECT_ARCHIVED':
      return archivedText(error);
    case 'S3_ACCESS_DENIED':
      return (
        'S3 denied access. Reading needs s3:GetObject (s3:GetObjectVersion with a version id, kms:Decrypt where a KMS key ' +
        'encrypts the object), writing s3:PutObject (and kms:GenerateDataKey); without s3:ListBucket, S3 answers the same ' +
        'for an object that does not exist.'
      );
    case 'S3_CREDENTIALS_REFUSED':
      return `S3 does not accept the credentials, or there are none (${said}). Check the key, its expiry and the clock.`;
    case 'S3_WRONG_REGION':
      return region === undefined
        ? 'The bucket is in another region than the client.'
        : `The bucket is in region ${region}, the client is not: pass a client made with { region: '${region}' }.`;
    case 'S3_METADATA_NOT_CARRIED':
      return `The object's metadata and Millrace's together pass S3's limit of 2 KB; set userMetadata: 'drop'.`;
    case 'S3_RESPONSE_INVALID':
      return 'The response has a status of success, but a body that S3 does not send. Try again; if it stays so, look at the proxy or gateway between this process and S3.';
    case 'S3_UNAVAILABLE':
      return `S3 did not respond, or asked for less, also after the SDK's retries (${said}). Try again later.`;
    default:
      return `S3 refused the request (${said}).`;
  }
}

function archiveOf({ StorageClass: storageClass, AccessTier: accessTier }: SdkError): Readonly<Record<string, string>> {
  return { ...(storageClass && { storageClass }), ...(accessTier && { accessTier }) };
}

function archivedText({ StorageClass = '', AccessTier }: SdkError): string {
  const place = AccessTier === undefined ? StorageClass : `${StorageClass}, ${AccessTier}`;
  const days = AccessTier === undefined ? " --restore-request 'Days=7'" : " --restore-request '{}'";
  return (
    `The object is archived${place === '' ? '' : ` (${place})`} and cannot be read until it is restored: run aws s3api restore-object ` +
    `with --bucket, --key and${days}, wait until head-object says that it is done (hours), and run the object again.`
  );
}
