// The settings' ports without anything behind them, for unit tests alone: what they do is told by their integration tests.
import type { Services } from "./services.ts";

type Settings = Pick<
  Services,
  | "agents"
  | "limits"
  | "breakers"
  | "credentials"
  | "vault"
  | "modelProviders"
  | "invitations"
  | "leaving"
  | "slack"
  | "mails"
  | "tryModel"
  | "fallbackModel"
>;

export function memorySettings(): Settings {
  return {
    limits: notInMemory("limits"),
    breakers: { list: async () => [] },
    agents: notInMemory("agents"),
    credentials: credentialStore(),
    vault: notInMemory("secrets"),
    modelProviders: notInMemory("model providers"),
    invitations: notInMemory("invitations"),
    slack: null,
    leaving: { leave: async () => false },
    mails: { send: async () => undefined },
    tryModel: async () => undefined,
    fallbackModel: { source: "demo", provider: "demo", model: "demo" },
  };
}

function credentialStore(): Services["credentials"] {
  return {
    list: async () => [],
    get: async () => null,
    names: async () => [],
    insert: async () => null,
    rotate: async () => null,
    remove: async () => false,
  };
}

/** Parts that only integration tests use, on the real thing. */
export function notInMemory<T extends object>(what: string): T {
  return new Proxy({} as T, {
    get() {
      throw new Error(`There are no ${what} in memory.`);
    },
  });
}
