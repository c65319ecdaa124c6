import type { Logger } from "pino";
import type { RedisClient } from "./connection.ts";

export interface PubSub {
  /** Messages published in one tick to one channel go out as one JSON list. Never throws: what is lost here is a hint. */
  publish(channel: string, message: unknown): void;
  /** Like `publish`, and resolves once Redis has taken it. */
  send(channel: string, messages: unknown[]): Promise<void>;
  subscribe(channel: string, listener: (message: unknown) => void): () => void;
  close(): Promise<void>;
}

/** Publish and subscribe over two connections; the subscribing one does nothing else, as Redis demands. */
export function createPubSub(redis: RedisClient, subscriber: RedisClient, log: Pick<Logger, "warn">): PubSub {
  const listeners = new Map<string, Set<(message: unknown) => void>>();
  const pending = new Map<string, unknown[]>();
  let flushing = false;

  const warn = (what: string) => (error: unknown) =>
    log.warn({ error: error instanceof Error ? error.message : String(error) }, what);

  subscriber.on("message", (channel: string, text: string) => {
    const heard = listeners.get(channel);
    if (heard === undefined) return;
    const messages: unknown = JSON.parse(text);
    if (!Array.isArray(messages)) return;
    for (const message of messages) for (const listener of heard) listener(message);
  });

  const flush = (): void => {
    flushing = false;
    for (const [channel, messages] of pending) {
      redis.publish(channel, JSON.stringify(messages)).catch(warn("a message between workers was lost"));
    }
    pending.clear();
  };

  return {
    publish(channel, message) {
      const waiting = pending.get(channel);
      if (waiting === undefined) pending.set(channel, [message]);
      else waiting.push(message);
      if (flushing) return;
      flushing = true;
      setImmediate(flush);
    },
    async send(channel, messages) {
      await redis.publish(channel, JSON.stringify(messages));
    },
    subscribe(channel, listener) {
      const heard = listeners.get(channel) ?? new Set();
      heard.add(listener);
      if (!listeners.has(channel)) {
        listeners.set(channel, heard);
        subscriber.subscribe(channel).catch(warn(`could not listen to ${channel}`));
      }
      return () => {
        heard.delete(listener);
        if (heard.size > 0 || listeners.get(channel) !== heard) return;
        listeners.delete(channel);
        subscriber.unsubscribe(channel).catch(warn(`could not stop listening to ${channel}`));
      };
    },
    async close() {
      listeners.clear();
      if (flushing) flush();
      subscriber.disconnect();
    },
  };
}
