import { dynamodbActions } from './dynamodb-actions.ts';
import { at, listOf, ofType, type Properties, references, type Template } from './template.ts';

/** What is wrong with a template: one line for each place. */
export type TemplateRule = (template: Template) => readonly string[];

/** Buckets are private and encrypted, and so are queues and tables. */
export const isPrivateAndEncrypted: TemplateRule = (template) => {
  const buckets = ofType(template, 'AWS::S3::Bucket').flatMap(([name, bucket]) => {
    const block = (at(bucket, 'PublicAccessBlockConfiguration') ?? {}) as Properties;
    const members = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];
    return [
      ...members.filter((member) => block[member] !== true).map((member) => `${name} does not set ${member}`),
      ...(at(bucket, 'BucketEncryption', 'ServerSideEncryptionConfiguration') === undefined
        ? [`${name} is not encrypted`]
        : []),
    ];
  });
  const queues = ofType(template, 'AWS::SQS::Queue')
    .filter(([, queue]) => at(queue, 'SqsManagedSseEnabled') !== true && at(queue, 'KmsMasterKeyId') === undefined)
    .map(([name]) => `${name} is not encrypted`);
  return [...buckets, ...queues];
};

/** What the statements of all policies allow. */
function allowed(template: Template): readonly (readonly [string, Properties])[] {
  return Object.entries(template.Resources).flatMap(([name, { Properties: properties }]) => {
    const documents = [
      at(properties, 'PolicyDocument'),
      ...listOf(at(properties, 'Policies')).map((one) => at(one, 'PolicyDocument')),
    ];
    return documents
      .flatMap((document) => listOf(at(document, 'Statement')))
      .filter((statement) => at(statement, 'Effect') === 'Allow')
      .map((statement) => [name, statement as Properties] as const);
  });
}

/**
 * No policy allows an action by a pattern, or a resource that is nothing but a pattern; and no role has a managed policy,
 * which would. Objects of a named bucket and executions of a named state machine are patterns of necessity.
 */
export const allowsNoWildcards: TemplateRule = (template) => [
  ...allowed(template).flatMap(([name, statement]) => [
    ...listOf(statement['Action'])
      .filter((action) => String(action).includes('*'))
      .map((action) => `${name} allows ${String(action)}`),
    ...listOf(statement['Resource'])
      .filter((resource) => resource === '*' || references(resource).length === 0)
      .map((resource) => `${name} allows something on ${JSON.stringify(resource)}`),
  ]),
  ...ofType(template, 'AWS::IAM::Role')
    .filter(([, role]) => listOf(at(role, 'ManagedPolicyArns')).length > 0)
    .map(([name]) => `${name} has a managed policy`),
];

/** Functions may do to each table what Millrace does to it, as the README of @millrace/dynamodb has it, and nothing else. */
export const letsFunctionsUseTables: TemplateRule = (template) => {
  const granted = allowed(template).flatMap(([, statement]) =>
    listOf(statement['Action'])
      .map(String)
      .filter((action) => action.startsWith('dynamodb:'))
      .map((action) => [tableKeyOf(template, statement['Resource']), action] as const),
  );
  return Object.entries(TABLE_PARTS).flatMap(([key, part]) => {
    const wanted = dynamodbActions(part);
    const has = new Set(granted.filter(([of]) => of === key).map(([, action]) => action));
    return [
      ...wanted
        .filter((action) => !has.has(action))
        .map((action) => `no policy allows ${action} on the table of ${part}`),
      ...[...has].filter((action) => !wanted.includes(action)).map((action) => `${part} does not need ${action}`),
    ];
  });
};

/** What uses a table, by the table's partition key. */
const TABLE_PARTS = { uuid: 'dynamodbSink', object: 'dynamodbLedger' } as const;

function tableKeyOf(template: Template, resource: unknown): unknown {
  const table = template.Resources[references(resource)[0] ?? '']?.Properties;
  return at(listOf(at(table, 'KeySchema'))[0], 'AttributeName');
}

/** The queue of each function hides messages long enough, has dead letters, and reports each message for itself. */
export const queuesFitFunctions: TemplateRule = (template) => {
  const mappings = ofType(template, 'AWS::Lambda::EventSourceMapping');
  if (mappings.length === 0) return ['no function has a queue'];
  return mappings.flatMap(([name, mapping]) => {
    const queue = template.Resources[references(mapping['EventSourceArn'])[0] ?? '']?.Properties;
    const fn = template.Resources[references(mapping['FunctionName'])[0] ?? '']?.Properties;
    return [
      ...(listOf(mapping['FunctionResponseTypes']).includes('ReportBatchItemFailures')
        ? []
        : [`${name} does not report failures of single messages`]),
      ...(Number(at(queue, 'VisibilityTimeout')) >= 6 * Number(at(fn, 'Timeout'))
        ? []
        : [`the queue of ${name} hides messages for less than six times the function's time`]),
      ...(at(queue, 'RedrivePolicy', 'deadLetterTargetArn') === undefined
        ? [`the queue of ${name} has no dead letters`]
        : []),
    ];
  });
};

/** A bucket tells the queue of new objects, may do so, and is made after the policy that allows it. */
export const bucketTellsQueue: TemplateRule = (template) => {
  const told = ofType(template, 'AWS::S3::Bucket').flatMap(([name, bucket]) =>
    listOf(at(bucket, 'NotificationConfiguration', 'QueueConfigurations')).map((one) => ({
      name,
      queue: references(at(one, 'Queue'))[0],
    })),
  );
  if (told.length === 0) return ['no bucket tells a queue'];
  return told.flatMap(({ name, queue }) => {
    const policies = ofType(template, 'AWS::SQS::QueuePolicy').filter(([, policy]) =>
      listOf(at(policy, 'PolicyDocument', 'Statement')).some(
        (statement) =>
          at(statement, 'Effect') === 'Allow' &&
          at(statement, 'Principal', 'Service') === 's3.amazonaws.com' &&
          listOf(at(statement, 'Action')).includes('sqs:SendMessage') &&
          at(statement, 'Condition', 'ArnEquals', 'aws:SourceArn') !== undefined &&
          references(at(statement, 'Resource'))[0] === queue,
      ),
    );
    if (policies.length === 0) return [`${queue} does not let ${name} send`];
    const after = listOf(template.Resources[name]?.DependsOn);
    return policies.some(([policy]) => after.includes(policy))
      ? []
      : [`${name} does not wait for the policy of ${queue}`];
  });
};

/** Asynchronous invocations that fail for good go somewhere. */
export const failuresHaveADestination: TemplateRule = (template) =>
  ofType(template, 'AWS::Lambda::EventInvokeConfig').some(
    ([, config]) => at(config, 'DestinationConfig', 'OnFailure', 'Destination') !== undefined,
  )
    ? []
    : ['no function has an on-failure destination'];

/** Age of the oldest message, dead letters and rejections raise alarms. */
export const alarmsAreRaised: TemplateRule = (template) => {
  const alarms = ofType(template, 'AWS::CloudWatch::Alarm');
  const dead = ofType(template, 'AWS::SQS::Queue').flatMap(([, queue]) =>
    references(at(queue, 'RedrivePolicy', 'deadLetterTargetArn')),
  );
  const has = (metric: string, queues?: readonly string[]): boolean =>
    alarms.some(
      ([, alarm]) =>
        alarm['MetricName'] === metric &&
        (queues === undefined || references(alarm['Dimensions']).some((name) => queues.includes(name))),
    );
  return [
    ...(has('ApproximateAgeOfOldestMessage') ? [] : ['no alarm on the age of the oldest message']),
    ...(has('ApproximateNumberOfMessagesVisible', dead) ? [] : ['no alarm on dead letters']),
    ...(has('RecordsRejected') ? [] : ['no alarm on rejections']),
  ];
};

/** Every name that is referred to exists, and nothing waits for itself, which CloudFormation finds out only when it deploys. */
export const referencesLeadSomewhere: TemplateRule = (template) => {
  const needs = new Map(
    Object.entries(template.Resources).map(([name, resource]) => [
      name,
      [...references(resource.Properties), ...listOf(resource.DependsOn).map(String)].filter(
        (one) => !one.startsWith('AWS::'),
      ),
    ]),
  );
  const unknown = [...needs].flatMap(([name, all]) =>
    all.filter((one) => !needs.has(one)).map((one) => `${name} refers to ${one}, which does not exist`),
  );
  const reaches = (from: string, goal: string, seen: Set<string>): boolean =>
    (needs.get(from) ?? []).some((next) => next === goal || (!seen.has(next) && reaches(next, goal, seen.add(next))));
  const circles = [...needs.keys()]
    .filter((name) => reaches(name, name, new Set()))
    .map((name) => `${name} waits for itself`);
  return [...unknown, ...circles];
};
