/**
 * Orders two S3 sequencers of the same key: negative where `left` is older. They are hexadecimal; the shorter one is padded
 * with zeros on the right, then they compare as strings.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function compareSequencers(left: string, right: string): number {
  const length = Math.max(left.length, right.length);
  const [a, b] = [left, right].map((one) => one.toLowerCase().padEnd(length, '0')) as [string, string];
  return a < b ? -1 : a > b ? 1 : 0;
}
