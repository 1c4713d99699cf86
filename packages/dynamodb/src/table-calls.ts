import {
  type AttributeDefinition,
  type ContinuousBackupsDescription,
  type CreateGlobalSecondaryIndexAction,
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription,
  type TimeToLiveDescription,
  type TimeToLiveSpecification,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { MillraceError } from '@millrace/core';
import { isObject, shapedResponse } from './response.ts';
import { serviceFault } from './service-fault.ts';
import { checkAborted, untilAborted } from './until-aborted.ts';
import { verified } from './verified-command.ts';

/** The calls that making a table takes. Each rejects with a coded error. */
export interface TableCalls {
  /** Returns `undefined` if the table does not exist. */
  readonly describe: () => Promise<TableDescription | undefined>;
  /** Answers false where another has made the table in the meantime. */
  readonly create: (input: CreateTableCommandInput) => Promise<boolean>;
  /** Answers false if the table cannot be changed yet, because another change is under way. */
  readonly addIndex: (attributes: AttributeDefinition[], index: CreateGlobalSecondaryIndexAction) => Promise<boolean>;
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
  /** The part of a response that the operation always returns; without it, it is a response of something else. */
  const send = async <T extends object>(
    operation: string,
    command: { readonly middlewareStack: unknown },
    part: string,
    has: (part: T) => boolean,
  ): Promise<T> => {
    const sent = verified(command, client.config) as Parameters<DynamoDBClient['send']>[0];
    const output = (await client.send(sent)) as unknown as Readonly<Record<string, unknown>>;
    const shaped = shapedResponse(operation, output, () => isObject(output[part]) && has(output[part] as T));
    return shaped[part] as T;
  };
  const isStatus = (status: unknown): boolean => typeof status === 'string' && status !== '';
  return {
    describe: () =>
      call<TableDescription | undefined>(
        'DescribeTable',
        () =>
          send<TableDescription>('DescribeTable', new DescribeTableCommand({ TableName }), 'Table', ({ TableStatus }) =>
            isStatus(TableStatus),
          ),
        { ResourceNotFoundException: undefined },
      ),
    create: (input) =>
      call(
        'CreateTable',
        async () => {
          const command = new CreateTableCommand(input);
          await send<TableDescription>('CreateTable', command, 'TableDescription', ({ TableStatus }) =>
            isStatus(TableStatus),
          );
          return true;
        },
        { ResourceInUseException: false },
      ),
    addIndex: (AttributeDefinitions, index) =>
      call(
        'UpdateTable',
        async () => {
          const GlobalSecondaryIndexUpdates = [{ Create: index }];
          const command = new UpdateTableCommand({ TableName, AttributeDefinitions, GlobalSecondaryIndexUpdates });
          await send<TableDescription>('UpdateTable', command, 'TableDescription', ({ TableStatus }) =>
            isStatus(TableStatus),
          );
          return true;
        },
        { ResourceInUseException: false, LimitExceededException: false },
      ),
    timeToLive: () =>
      call('time to live', async () => {
        const { TimeToLiveStatus = '', AttributeName } = await send<TimeToLiveDescription>(
          'DescribeTimeToLive',
          new DescribeTimeToLiveCommand({ TableName }),
          'TimeToLiveDescription',
          (found) => isStatus(found.TimeToLiveStatus),
        );
        return ['ENABLED', 'ENABLING'].includes(TimeToLiveStatus) ? AttributeName : undefined;
      }),
    setTimeToLive: (AttributeName) =>
      call<void>(
        'time to live',
        async () => {
          const TimeToLiveSpecification = { AttributeName, Enabled: true };
          await send<TimeToLiveSpecification>(
            'UpdateTimeToLive',
            new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }),
            'TimeToLiveSpecification',
            (set) => set.AttributeName === AttributeName,
          );
        },
        { ValidationException: undefined },
      ),
    pointInTimeRecovery: () =>
      call('point-in-time recovery', async () => {
        const { PointInTimeRecoveryDescription: recovery } = await send<ContinuousBackupsDescription>(
          'DescribeContinuousBackups',
          new DescribeContinuousBackupsCommand({ TableName }),
          'ContinuousBackupsDescription',
          ({ ContinuousBackupsStatus }) => isStatus(ContinuousBackupsStatus),
        );
        return recovery?.PointInTimeRecoveryStatus === 'ENABLED';
      }),
    setPointInTimeRecovery: () =>
      call(
        'point-in-time recovery',
        async () => {
          const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
          await send<ContinuousBackupsDescription>(
            'UpdateContinuousBackups',
            new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }),
            'ContinuousBackupsDescription',
            ({ ContinuousBackupsStatus }) => isStatus(ContinuousBackupsStatus),
          );
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
