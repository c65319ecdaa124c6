import type { Services } from "./services.ts";

export function providerStore(): Services["modelProviders"] {
  return {
    list: async () => [],
    insert: async () => null,
    update: async () => null,
    putFirst: async () => false,
    remove: async () => false,
    sealed: async () => [],
  };
}

export function credentialStore(): Services["credentials"] {
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
