import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, GetCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';

/**
 * What a function that reads S3 and writes DynamoDB cannot do without: both clients, and the commands that Millrace sends.
 * Its ledger speaks to the document client, as a ledger of one's own would.
 */
export const clients: readonly unknown[] = [
  S3Client,
  HeadObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  DynamoDBClient,
  BatchWriteItemCommand,
  DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  UpdateCommand,
];
