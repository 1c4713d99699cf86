import { isNameOf } from './batch-answer.ts';
import { clientState, type Unchanged } from './client-state.ts';
import { createExchange, type Exchange, ownAgents } from './exchange.ts';
import { readAnswer } from './http-answer.ts';
import type { Marshalled } from './marshal.ts';
import type { SentRequest } from './passage.ts';
import { requestBody } from './request-body.ts';
import { type RequestPattern, requestPattern } from './request-pattern.ts';
import type { SdkSender } from './sdk-sender.ts';
import type { Answer, Sender } from './sender.ts';
import { isRefusedRequest } from './service-fault.ts';

export interface LeanSenderOptions {
  readonly table: string;
  readonly sdk: SdkSender;
  /** Whether the user has asked for it, whatever is on the client. */
  readonly asked: boolean;
  readonly concurrency: number;
}

/** Requests in a row that could not be repeated before it is left. Credentials may change while one is under way. */
const MAX_FAILURES = 3;

/**
 * Sends the first requests through an SDK client, learns from one of them how it makes them, and then sends requests that
 * equal it without the client. Credentials are asked of the client each time; when they change, or the service refuses a
 * request for the way in which it was made, the client is used again and learned from again: its endpoint rules, its clock
 * correction and its refreshing of credentials remain the only ones. If anything on the client was changed since it was
 * learned from, such as middleware that was added, it is judged and learned from again before another request.
 */
export function leanSender({ table, sdk, asked, concurrency }: LeanSenderOptions): Sender {
  const agents = ownAgents(concurrency);
  const isTable = isNameOf(table);
  /** Whether the client is as it was when its request was learned from. */
  let unchanged: Unchanged = () => true;
  let pattern: RequestPattern | undefined;
  let exchange: Exchange | undefined;
  let failures = 0;
  /** Whether each request goes through the client, for good. */
  let ordinary = false;
  /** Whether the client is as it was when it was judged. */
  let judged: Unchanged | undefined;
  let checking: Promise<void> | undefined;
  let checked = asked;

  const learn = async (sent: SentRequest, asSent: Unchanged): Promise<void> => {
    const client = sdk.client();
    const learned = requestPattern(sent, await client.config.credentials());
    // Another request may have been learned from meanwhile, and a client that was changed meanwhile was not judged so.
    if (pattern !== undefined || ordinary) return;
    if (!asSent()) return forget();
    if (learned === undefined) {
      failures += 1;
      if (failures === MAX_FAILURES) giveUp('its requests cannot be repeated');
      return;
    }
    failures = 0;
    exchange = createExchange(client, sent, agents);
    unchanged = clientState(client, true);
    pattern = learned;
  };
  const giveUp = (reason: string): void => {
    ordinary = true;
    process.emitWarning(
      `dynamodbSink for ${table} sends every request through its client, because ${reason}. sender: 'sdk' says that this is meant.`,
      { type: 'MillraceWarning', code: 'DYNAMODB_SENDER_ORDINARY' },
    );
  };
  const sendByClient = async (items: readonly Marshalled[], signal: AbortSignal): Promise<Answer> => {
    const asSent = judged ?? clientState(sdk.client(), false);
    let sent: SentRequest | undefined;
    const answer = await sdk.send(items, signal, (request) => {
      sent = request;
    });
    if (sent !== undefined && pattern === undefined && !ordinary) await learn(sent, asSent);
    return answer;
  };
  const check = async (): Promise<void> => {
    judged = clientState(sdk.client(), false);
    const obstacle = await sdk.obstacle();
    checked = true;
    checking = undefined;
    if (obstacle !== undefined && !ordinary) giveUp(obstacle);
  };
  /** Forgets what was learned from a client, and judged about it, that was changed since. */
  const forget = (): void => {
    pattern = judged = undefined;
    checked = asked;
  };

  return {
    client: sdk.client,
    send: async (items, signal) => {
      if (pattern !== undefined && !unchanged()) forget();
      if (!checked) await (checking ??= check());
      if (ordinary) return sdk.send(items, signal);
      const current = pattern;
      if (current === undefined || exchange === undefined) return sendByClient(items, signal);
      if (!current.isOf(await sdk.client().config.credentials())) {
        if (pattern === current) pattern = undefined;
        return sendByClient(items, signal);
      }
      const body = requestBody(table, items);
      try {
        return readAnswer(await exchange(current.headers(body), body, signal), isTable);
      } catch (thrown) {
        if (!isRefusedRequest(thrown)) throw thrown;
        if (pattern === current) pattern = undefined;
        const answer = await sendByClient(items, signal);
        return { ...answer, attempts: answer.attempts + 1 };
      }
    },
    close: () => {
      pattern = exchange = undefined;
      agents.close();
      sdk.close();
    },
  };
}
