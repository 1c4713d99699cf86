import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { MillraceError } from '@millrace/core';
import { serviceFault } from './service-fault.ts';
import { checkAborted, untilAborted } from './until-aborted.ts';

/** The calls that making a table takes. Each rejects with a coded error. */
export interface TableCalls {
  /** Answers `undefined` where there is no such table. */
  readonly describe: () => Promise<TableDescription | undefined>;
  /** Answers false where another has made the table in the meantime. */
  readonly create: (input: CreateTableCommandInput) => Promise<boolean>;
  /** The attribute that time to live goes by. */
  readonly timeToLive: () => Promise<string | undefined>;
  /** Leaves it as it is where it is switched on already. */
  readonly setTimeToLive: (attribute: string) => Promise<void>;
  readonly pointInTimeRecovery: () => Promise<boolean>;
  /** Answers false where backups cannot be switched on yet, as just after the table was made. */
  readonly setPointInTimeRecovery: () => Promise<boolean>;
}

export function tableCalls(client: DynamoDBClient, TableName: string, signal: AbortSignal): TableCalls {
  /** Answers from `instead` where the service fails with an error of a name that is in it. */
  const call = async <T>(feature: string, work: () => Promise<T>, instead: Record<string, T> = {}): Promise<T> => {
    checkAborted(signal);
    try {
      return await untilAborted(work(), signal);
    } catch (thrown) {
      checkAborted(signal);
      if (thrown instanceof Error && Object.hasOwn(instead, thrown.name)) return instead[thrown.name]!;
      throw tableError(thrown, TableName, feature);
    }
  };
  return {
    describe: () =>
      call<TableDescription | undefined>(
        'DescribeTable',
        async () => (await client.send(new DescribeTableCommand({ TableName }))).Table,
        { ResourceNotFoundException: undefined },
      ),
    create: (input) =>
      call('CreateTable', async () => Boolean(await client.send(new CreateTableCommand(input))), {
        ResourceInUseException: false,
      }),
    timeToLive: () =>
      call('time to live', async () => {
        const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
        const { TimeToLiveStatus = '', AttributeName } = TimeToLiveDescription ?? {};
        return ['ENABLED', 'ENABLING'].includes(TimeToLiveStatus) ? AttributeName : undefined;
      }),
    setTimeToLive: (AttributeName) =>
      call<void>(
        'time to live',
        async () => {
          const TimeToLiveSpecification = { AttributeName, Enabled: true };
          await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
        },
        { ValidationException: undefined },
      ),
    pointInTimeRecovery: () =>
      call('point-in-time recovery', async () => {
        const { ContinuousBackupsDescription: backups } = await client.send(
          new DescribeContinuousBackupsCommand({ TableName }),
        );
        return backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED';
      }),
    setPointInTimeRecovery: () =>
      call(
        'point-in-time recovery',
        async () => {
          const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
          await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
          return true;
        },
        { ContinuousBackupsUnavailableException: false },
      ),
  };
}

function tableError(thrown: unknown, table: string, feature: string): MillraceError {
  const { error } = serviceFault(thrown, table);
  const name = error.details?.['reason'];
  if (name === 'UnknownOperationException') return unsupportedFeature(table, feature, thrown);
  if (name !== 'ValidationException') return error;
  const text = `DynamoDB refuses what was asked of table ${table} (${feature}: ${(thrown as Error).message}).`;
  return new MillraceError('DYNAMODB_REQUEST_INVALID', text, { cause: thrown, details: { table, feature } });
}

/** The service at this endpoint is not AWS and lacks something that was asked for. */
export function unsupportedFeature(table: string, feature: string, cause?: unknown): MillraceError {
  return new MillraceError(
    'DYNAMODB_FEATURE_UNSUPPORTED',
    `The service that holds table ${table} does not support ${feature}, as is common in emulators. The table is there ` +
      'without it; leave the option out here.',
    { cause, details: { table, feature } },
  );
}
