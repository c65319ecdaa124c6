import { afterEach, describe, expect, test } from "vitest";
import { createVault } from "../adapters/vault/vault.ts";
import type { HttpRequest } from "../engine/ports/http.ts";
import type { WorkflowFileInput } from "../engine/workflow/file.ts";
import { createCredentialSource } from "./credentials.ts";
import { createMemoryWorker, type MemoryWorker } from "./faults/memory-worker.ts";

const secret = "p4ss wörd/42";
const vault = createVault("a master secret of thirty-two characters");

function source(kind: "bearer" | "basic" | "header" | "query", field: string | null) {
  const row = { id: "c1", kind, field, hosts: ["shop.test"], ...vault.seal(secret, "credential:c1") };
  return createCredentialSource({ take: async (_org, name) => (name === "shop" ? row : null) }, vault);
}

const file: WorkflowFileInput = {
  schemaVersion: 1,
  name: "test",
  nodes: [
    { id: "start", type: "start" },
    { id: "call", type: "http", config: { url: "http://shop.test/", credential: "shop" }, retry: { maxAttempts: 1 } },
  ],
  edges: [{ id: "e0", source: "start", target: "call" }],
};

const made: MemoryWorker[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((each) => each.close()));
});

describe("what a credential carries", () => {
  test.each([
    ["bearer", null, { headers: { authorization: `Bearer ${secret}` }, query: {} }],
    [
      "basic",
      "ada",
      { headers: { authorization: `Basic ${btoa(unescape(encodeURIComponent(`ada:${secret}`)))}` }, query: {} },
    ],
    ["header", "X-Key", { headers: { "X-Key": secret }, query: {} }],
    ["query", "key", { headers: {}, query: { key: secret } }],
  ] as const)("%s", async (kind, field, carried) => {
    const { credential } = await source(kind, field).open("org", "shop");
    expect(credential).toEqual({ name: "shop", hosts: ["shop.test"], ...carried });
  });
});

test("what a service gives back of a secret is masked in the journal, in each of its forms", async () => {
  const requests: HttpRequest[] = [];
  const under = createMemoryWorker({
    credentials: source("basic", "ada"),
    http: {
      async send(request) {
        requests.push(request);
        const { authorization = "" } = request.credential?.headers ?? {};
        const body = JSON.stringify({ [secret]: [authorization, encodeURIComponent(secret), `x${secret}y`], n: 1 });
        return {
          status: 200,
          headers: { "content-type": "application/json", echo: authorization },
          body,
          url: request.url,
        };
      },
    },
  });
  made.push(under);
  const events = await under.finish(under.addRun(file));
  const text = JSON.stringify(events);
  expect(requests[0]!.credential!.hosts).toEqual(["shop.test"]);
  expect(text).toContain('"credential":"shop"');
  for (const form of [secret, encodeURIComponent(secret), Buffer.from(`ada:${secret}`).toString("base64")]) {
    expect(text).not.toContain(form);
  }
  expect(text).toContain('"••••••":["Basic ••••••","••••••","x••••••y"]');
});

test("a refusal that names the key is masked too, and one that is missing says what to do", async () => {
  const failing = createMemoryWorker({
    credentials: source("bearer", null),
    http: { send: async ({ url }) => ({ status: 401, headers: {}, body: `bad key ${secret}`, url }) },
  });
  const missing = createMemoryWorker({ credentials: createCredentialSource({ take: async () => null }, vault) });
  made.push(failing, missing);
  const refused = JSON.stringify(await failing.finish(failing.addRun(file)));
  expect(refused).toContain("bad key ••••••");
  expect(refused).not.toContain(secret);
  const events = await missing.finish(missing.addRun(file));
  expect(events.at(-1)).toMatchObject({ type: "run-failed", error: { code: "CREDENTIAL_UNUSABLE", retryable: false } });
});
