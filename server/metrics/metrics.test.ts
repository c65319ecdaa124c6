import { Counter, Registry } from "prom-client";
import { expect, test } from "vitest";
import { mayScrape } from "./admit-scrape.ts";
import { renderMetrics, type Operations } from "./render-metrics.ts";

async function report(count: number): Promise<object> {
  const registry = new Registry();
  new Counter({ name: "baton_lease_losses_total", help: "lost", registers: [registry] }).inc(count);
  return registry.getMetricsAsJSON();
}

test("metrics sum what workers report and say which part is away", async () => {
  const operations: Operations = {
    workers: async () => [await report(2), await report(3)],
    queues: async () => [{ queue: "baton-steps", waiting: 7, active: 1, delayed: 0, oldestSeconds: 1.5 }],
    runs: () => Promise.reject(new Error("away")),
    refusedRuns: () => 3,
    breakers: async () => [{ state: "open", count: 2 }],
  };
  const text = await renderMetrics(operations);
  expect(text).toContain("baton_workers 2");
  expect(text).toContain("baton_runs_refused_total 3");
  expect(text).toContain("baton_lease_losses_total 5");
  expect(text).toContain('baton_queue_jobs{queue="baton-steps",state="waiting"} 7');
  expect(text).toContain('baton_queue_oldest_seconds{queue="baton-steps"} 1.5');
  expect(text).toContain('baton_breakers{state="open"} 2');
  expect(text).toContain('baton_up{part="database"} 0');
  expect(text).toContain('baton_up{part="workers"} 1');
});

test.each([
  [undefined, { ip: "127.0.0.1" }, true],
  [undefined, { ip: "::1" }, true],
  [undefined, { ip: "10.0.0.4" }, false],
  [undefined, { ip: null }, false],
  [undefined, { ip: "127.0.0.1", forwarded: true }, false],
  ["a-token-of-some-length", { ip: "127.0.0.1" }, false],
  ["a-token-of-some-length", { ip: "10.0.0.4", authorization: "Bearer a-token-of-some-length" }, true],
  ["a-token-of-some-length", { ip: "127.0.0.1", authorization: "Bearer another-token-of-some" }, false],
])("with the token %s a request %o may read them: %s", (token, request, may) => {
  expect(mayScrape(token, { authorization: undefined, forwarded: false, ...request })).toBe(may);
});
