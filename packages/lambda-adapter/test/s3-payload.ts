/** Notifications with every member that AWS documents, as S3 sends them to a function. */
export interface PayloadObject {
  readonly bucket?: string;
  /** The key in the bucket; the payload carries it encoded. */
  readonly key: string;
  readonly versionId?: string | null;
  readonly eTag?: string;
  readonly size?: number;
  readonly sequencer?: string;
  readonly eventName?: string;
  readonly eventVersion?: string;
}

/** The encoding of keys in notifications: that of HTML forms, with the slash left as it is. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function s3Record(object: PayloadObject): Record<string, unknown> {
  const { bucket = 'supplier-drop', key, eventName = 'ObjectCreated:Put', eventVersion = '2.1' } = object;
  return {
    eventVersion,
    eventSource: 'aws:s3',
    awsRegion: 'eu-central-1',
    eventTime: '2026-11-22T09:30:12.345Z',
    eventName,
    userIdentity: { principalId: 'AWS:AROAEXAMPLEID:uploader' },
    requestParameters: { sourceIPAddress: '192.0.2.17' },
    responseElements: {
      'x-amz-request-id': 'C3D13FE58DE4C810',
      'x-amz-id-2': 'FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD',
    },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'new-files',
      bucket: {
        name: bucket,
        ownerIdentity: { principalId: 'A3NL1KOZZKExample' },
        arn: `arn:aws:s3:::${bucket}`,
      },
      object: {
        key: encodeKey(key),
        ...sizeOf(object),
        eTag: object.eTag ?? 'd41d8cd98f00b204e9800998ecf8427e',
        ...(object.versionId === undefined ? {} : { versionId: object.versionId }),
        sequencer: object.sequencer ?? '0055AED6DCD90281E5',
      },
    },
  };
}

/** The size of an object that is made up is made up, too; an object that was put is only as large as the test says. */
export function sizeOf({ size, eTag }: PayloadObject): { readonly size?: number } {
  if (size !== undefined) return { size };
  return eTag === undefined ? { size: 1024 } : {};
}

export function s3Event(...objects: readonly PayloadObject[]): {
  readonly Records: readonly Record<string, unknown>[];
} {
  return { Records: objects.map(s3Record) };
}

/** The event with a member of its first record's `s3.object` replaced, or removed where the value is `undefined`. */
export function withObjectMember(object: PayloadObject, member: string, value: unknown): unknown {
  const event = structuredClone(s3Event(object)) as { Records: [{ s3: { object: Record<string, unknown> } }] };
  const target = event.Records[0].s3.object;
  if (value === undefined) delete target[member];
  else target[member] = value;
  return event;
}

export function testEvent(bucket = 'supplier-drop'): Record<string, unknown> {
  return {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: '2026-11-22T09:30:12.345Z',
    Bucket: bucket,
    RequestId: '5582815E1AEA5ADF',
    HostId: '8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE',
  };
}

export const AWKWARD_KEYS: readonly string[] = [
  'plain.ndjson.gz',
  'with space.gz',
  'a+b.gz',
  'a b+c/é,;=.gz',
  '100%.gz',
  'literally%2B.gz',
  'literally%252B and + and %20',
  'prices/2026/11/22/日本語 ファイル.csv',
  'emoji-🏞️.json',
  '/leading//double/and trailing/',
  '!\'()*~-_.:@&=$?#[]{}^`|\\<>"',
  ' ',
  '+',
  '%',
  `${'€'.repeat(341)}x`, // 1,024 bytes, the longest key that S3 takes
];
