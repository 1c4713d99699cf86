import type { AnyDynamoDBClient } from './client.ts';
import { leanSender } from './lean-sender.ts';
import { sdkSender } from './sdk-sender.ts';
import type { Sender, SenderKind } from './sender.ts';

export interface SenderOptions {
  readonly table: string;
  readonly client: AnyDynamoDBClient | undefined;
  readonly concurrency: number;
  readonly kind: SenderKind;
}

/** The sender that an option asks for; with `auto`, the lean one wherever nothing on the client speaks against it. */
export function createSender({ table, client, concurrency, kind }: SenderOptions): Sender {
  const sdk = sdkSender(table, client, concurrency);
  return kind === 'sdk' ? sdk : leanSender({ table, sdk, asked: kind === 'lean', concurrency });
}
