// One small pipeline through every package: an event, a gzipped object, a broken line, two rows in a table.
const assert = require('node:assert/strict');
const { gzipSync } = require('node:zlib');
const { DynamoDBClient, ScanCommand } = require('@aws-sdk/client-dynamodb');
const { CreateBucketCommand, PutObjectCommand, S3Client } = require('@aws-sdk/client-s3');

/** @param packages what each package exports, by its name */
exports.carry = async (packages) => {
  const { feed } = packages['@millrace/core'];
  const { createLandingTable, dynamodbSink, landingItem } = packages['@millrace/dynamodb'];
  const { decodeText } = packages['@millrace/encoding'];
  const { parseNdjson } = packages['@millrace/formats'];
  const { gunzip } = packages['@millrace/gzip'];
  const { toS3Handler } = packages['@millrace/lambda-adapter'];
  const { startLocalAws } = packages['@millrace/local'];
  const { s3Source } = packages['@millrace/s3'];

  const aws = await startLocalAws();
  Object.assign(process.env, aws.env);
  const s3 = new S3Client({ forcePathStyle: true });
  const dynamodb = new DynamoDBClient({});
  try {
    await s3.send(new CreateBucketCommand({ Bucket: 'drop' }));
    await createLandingTable({ table: 'landing', client: dynamodb });
    const rejections = [];
    const prices = feed('prices')
      .from(s3Source({ client: s3 }))
      .through(gunzip())
      .through(decodeText('utf-8'))
      .through(parseNdjson())
      .through(landingItem())
      .to(dynamodbSink({ table: 'landing', client: dynamodb }));
    const quarantine = { name: 'memory', write: async (some) => void rejections.push(...some) };
    const handler = toS3Handler(prices, { quarantine, maxRejections: { count: 1, share: 1 }, log: () => {} });
    aws.onObjectCreated({ bucket: 'drop', handler });

    const Body = gzipSync('{"price":1}\n{"price":\n{"price":2.50}\n');
    await s3.send(new PutObjectCommand({ Bucket: 'drop', Key: 'a b+c/é.gz', Body }));
    await aws.idle();

    assert.deepEqual(
      aws.failedDeliveries.flatMap(({ errors }) => errors),
      [],
    );
    const { Items: items } = await dynamodb.send(new ScanCommand({ TableName: 'landing' }));
    assert.deepEqual(new Set(items.map(({ ordinal }) => ordinal.N)), new Set(['0', '2']));
    assert.equal(rejections.length, 1);
  } finally {
    s3.destroy();
    dynamodb.destroy();
    await aws.stop();
  }
};
