/** What DynamoDB charges, in the currency of the list. Prices differ by region and change: pass your own. */
export interface DynamodbPrices {
  readonly currency: string;
  /** Where and when the list was true, for the reader of a plan. */
  readonly source: string;
  /** A million on-demand write request units. */
  readonly millionWriteUnits: number;
  /** A GB of table for a month; a GB is 10⁹ bytes, and each item counts 100 bytes more than its size. */
  readonly storageGbMonth: number;
  /** A GB of uncompressed input to DynamoDB's own import from S3. */
  readonly importGb: number;
}

/** On-demand, table class Standard, us-east-1, without free tier or contracts. */
export const DEFAULT_PRICES: DynamodbPrices = Object.freeze({
  currency: 'USD',
  source: 'us-east-1, on-demand, Standard class; aws.amazon.com/dynamodb/pricing, September 2026',
  millionWriteUnits: 0.625,
  storageGbMonth: 0.25,
  importGb: 0.15,
});
