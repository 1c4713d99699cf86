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
 * correction and its refreshing of credentials remain the only ones.
 */
export function leanSender({ table, sdk, asked, concurrency }: LeanSenderOptions): Sender {
  const agents = ownAgents(concurrency);
  let pattern: RequestPattern | undefined;
  let exchange: Exchange | undefined;
  let failures = 0;
  /** Whether each request goes through the client, for good. */
  let ordinary = false;
  let checking: Promise<void> | undefined;
  let checked = asked;

  const learn = async (sent: SentRequest): Promise<void> => {
    const client = sdk.client();
    const learned = requestPattern(sent, await client.config.credentials());
    // Another request may have been learned from meanwhile.
    if (pattern !== undefined || ordinary) return;
    if (learned === undefined) {
      failures += 1;
      if (failures === MAX_FAILURES) giveUp('its requests cannot be repeated');
      return;
    }
    failures = 0;
    exchange = createExchange(client, sent, agents);
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
    let sent: SentRequest | undefined;
    const answer = await sdk.send(items, signal, (request) => {
      sent = request;
    });
    if (sent !== undefined && pattern === undefined && !ordinary) await learn(sent);
    return answer;
  };
  const check = async (): Promise<void> => {
    const obstacle = await sdk.obstacle();
    checked = true;
    if (obstacle !== undefined) giveUp(obstacle);
  };

  return {
    send: async (items, signal) => {
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
        return readAnswer(await exchange(current.headers(body), body, signal));
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
