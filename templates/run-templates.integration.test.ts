import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDemoModelServer } from "../adapters/model/demo/server.ts";
import { createOpenAIModel } from "../adapters/model/openai.ts";
import { createSandbox } from "../adapters/sandbox/sandbox.ts";
import { BatonError } from "../engine/errors.ts";
import type { Json, JsonObject } from "../engine/json.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "../engine/ports/http.ts";
import type { Model } from "../engine/ports/model.ts";
import type { Sandbox } from "../engine/ports/sandbox.ts";
import type { ApprovalRequest } from "../engine/run/event.ts";
import { compile } from "../engine/workflow/compile.ts";
import { catalogue } from "../nodes/catalog/definitions.ts";
import { runLocally } from "./local-run.ts";

// Each template to its end, by every way that a person can send it, on the offline demo model.

const log = pino({ level: "silent" });
let server: Awaited<ReturnType<typeof createDemoModelServer>>;
let sandbox: Sandbox;
let model: Model;

beforeAll(async () => {
  server = await createDemoModelServer({ port: 0, delayMs: 0 });
  sandbox = await createSandbox({ workers: 1, log });
  model = createOpenAIModel({
    apiKey: "demo",
    baseURL: `${server.url}/v1`.replace(/\/v1\/v1$/, "/v1"),
    defaultModel: "baton-demo-1",
    provider: "demo",
    demo: true,
    log,
  });
});

afterAll(async () => {
  await sandbox.close();
  await server.close();
});

const read = (name: string): JsonObject => JSON.parse(readFileSync(join(import.meta.dirname, name), "utf8"));

/** An outside world that answers as told and keeps what was asked. */
function world(answer: (request: HttpRequest) => Partial<HttpResponse> | Error): HttpClient & { asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  return {
    asked,
    async send(request) {
      asked.push(request);
      const given = answer(request);
      if (given instanceof Error) throw given;
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: "null",
        url: request.url,
        ...given,
      };
    },
  };
}

const offline = (): ReturnType<typeof world> =>
  world(() => new BatonError("HTTP_FAILED", "The address cannot be reached."));

async function run(
  slug: string,
  options: {
    input?: JsonObject;
    without?: string[];
    http?: HttpClient;
    decide?: (request: ApprovalRequest) => { decision: string; comment: string | null };
  } = {},
) {
  const compiled = compile(read(`${slug}.json`), catalogue);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const asked: ApprovalRequest[] = [];
  const result = await runLocally({
    plan: compiled.plan,
    input: Object.fromEntries(
      Object.entries({ ...read(`samples/${slug}.json`), ...options.input }).filter(
        ([name]) => options.without?.includes(name) !== true,
      ),
    ),
    model,
    http: options.http ?? offline(),
    sandbox,
    decide: (request) => {
      asked.push(request);
      return options.decide?.(request) ?? { decision: "approve", comment: "Fine." };
    },
  });
  const steps = new Map(result.view.steps.map((step) => [step.step, step]));
  const problem = `${result.view.errorStep ?? ""} ${result.view.error?.message ?? ""}`;
  expect(result.view.status, problem).toBe("completed");
  return { ...result, asked, steps, output: result.view.output as Record<string, Json> };
}

const text = (value: Json | undefined): string => (typeof value === "string" ? value : JSON.stringify(value));

describe("RFP response", () => {
  it("goes from the solicitation to an approved response that speaks of it", async () => {
    const { output, steps, asked, mostAtOnce, view } = await run("rfp-response");
    expect(output["status"]).toBe("approved");
    expect(text(output["response"])).toContain("Larkspur Digital");
    expect(text(output["response"])).toMatch(/appointment|inspection|tenant/i);
    expect(text(output["dueDate"])).toMatch(/17 April 2026|2026-04-17/);
    const answers = output["answers"] as JsonObject[];
    expect(answers.length).toBeGreaterThanOrEqual(10);
    expect(answers.map((each) => text(each["requirement"])).join(" ")).toMatch(/shall|must|will/);
    expect(new Set(answers.map((each) => each["id"])).size).toBe(answers.length);
    expect(mostAtOnce).toBe(4);
    expect(steps.get("answers")?.progress?.total).toBe(answers.length);
    expect(steps.get("revise")?.status).toBe("skipped");
    expect(steps.get("decline")?.status).toBe("skipped");
    expect(view.demo).toBe(true);
    expect(asked[0]?.title).toMatch(/^Legal review: ./);
    expect(asked[0]?.recommended).toMatch(/^(approve|changes|reject)$/);
    const context = asked[0]!.context as JsonObject;
    expect(text(context["draft"]).length).toBeGreaterThan(500);
  });

  it("revises when legal asks for changes", async () => {
    const { output, steps } = await run("rfp-response", {
      decide: () => ({ decision: "changes", comment: "Remove the promise of a credit above two percent." }),
    });
    expect(output["status"]).toBe("revised");
    expect(steps.get("revise")?.status).toBe("completed");
    expect(text(output["response"]).length).toBeGreaterThan(500);
  });

  it("ends with the reason when legal rejects", async () => {
    const { output } = await run("rfp-response", { decide: () => ({ decision: "reject", comment: "Liability." }) });
    expect(output).toMatchObject({ status: "rejected", reason: "Liability." });
  });

  it("declines to bid below the least fit, and needs no company profile", async () => {
    const { output, asked } = await run("rfp-response", { input: { minimumFit: 100 }, without: ["company"] });
    expect(output["status"]).toBe("no_bid");
    expect(asked).toEqual([]);
    expect(text(output["response"]).length).toBeGreaterThan(100);
  });
});

describe("Procurement", () => {
  it("asks the manager and carries the order through", async () => {
    const { output, steps, asked } = await run("procurement");
    expect(output).toMatchObject({
      status: "ordered",
      total: 7722,
      currency: "EUR",
      supplier: "Meridian Workspace BV",
    });
    expect(text(output["number"])).toMatch(/^PO-\d{8}-[0-9A-F]{6}$/);
    expect(asked.map((each) => each.title)).toEqual([
      "Approve 7722 EUR for Twelve height-adjustable desks for the Rotterdam office?",
    ]);
    expect(steps.get("finance")?.status).toBe("skipped");
    expect(output["approvedBy"]).toBe("local run");
    expect(text(output["receiving"])).toMatch(/desk/i);
    expect(text(output["messages"])).toMatch(/Meridian|Anouk|desk/);
  });

  it("sends large amounts to finance, and ends with the reason when they decline", async () => {
    const items = [{ description: "Forklift", quantity: 2, unitPrice: 31_000 }];
    const { output, asked } = await run("procurement", {
      input: { items },
      decide: () => ({ decision: "reject", comment: "Lease them." }),
    });
    expect(asked[0]?.title).toMatch(/^Finance: 62000 EUR/);
    expect(output).toMatchObject({ status: "declined", total: 62_000, reason: "Lease them." });
  });
});

describe("Deal desk", () => {
  it("has the discount approved and prepares the closing", async () => {
    const { output, steps, asked } = await run("deal-desk");
    expect(output).toMatchObject({ status: "ready_to_close", discountPercent: 22, netValue: 400_982.4 });
    expect(asked[0]?.title).toContain("22 % for Northgate Freight Lines");
    expect(Object.keys(output["contract"] as JsonObject).toSorted()).toEqual(["legal", "revenue", "security"]);
    expect(text(output["closing"])).toMatch(/Northgate|Marta|dispatch/i);
    expect(steps.get("own_authority")?.status).toBe("skipped");
  });

  it("counters at 15 percent", async () => {
    const { output } = await run("deal-desk", { decide: () => ({ decision: "counter", comment: null }) });
    expect(output).toMatchObject({ discountPercent: 15, netValue: 436_968 });
  });

  it("asks nobody up to 15 percent, and sends small deals back to marketing", async () => {
    const small = await run("deal-desk", { input: { discountPercent: 10 } });
    expect(small.asked).toEqual([]);
    expect(small.output).toMatchObject({ status: "ready_to_close", discountPercent: 10 });
    const tiny = await run("deal-desk", { input: { seats: 2 } });
    expect(tiny.output["status"]).toBe("not_qualified");
  });
});

describe("Pull request pipeline", () => {
  it("goes on without the advisories when they cannot be reached, and leaves the rollout to a person", async () => {
    const { output, steps } = await run("pull-request-pipeline");
    expect(output).toMatchObject({ status: "approved", rollout: "by hand", pullRequest: "tidewater/booking-api#1284" });
    expect(steps.get("advisories")).toMatchObject({ status: "completed", attempt: 2 });
    expect(steps.get("watch")?.status).toBe("skipped");
    expect(text(output["releaseNote"])).toMatch(/booking/i);
  });

  it("deploys by the hook, watches, and counts known advisories", async () => {
    const http = world((request) =>
      request.url.includes("osv.dev") ? { body: JSON.stringify({ results: [{ vulns: [{ id: "GHSA-1" }] }] }) } : {},
    );
    const { output, steps } = await run("pull-request-pipeline", {
      http,
      input: { deployHook: "https://deploy.example.com/hook" },
    });
    expect(output).toMatchObject({ status: "deployed" });
    expect(text(output["findings"])).toContain("GHSA-1");
    expect(steps.get("watch")?.status).toBe("completed");
    expect(JSON.parse(http.asked[1]?.body ?? "")).toMatchObject({ pullRequest: 1284, approvedBy: "local run" });
  });

  it("takes the error port when the hook fails, and tells the author when the gate stays shut", async () => {
    const failed = await run("pull-request-pipeline", { input: { deployHook: "https://deploy.example.com/hook" } });
    expect(failed.output).toMatchObject({ rollout: "by hand", reason: "The address cannot be reached." });
    expect(failed.steps.get("deploy")).toMatchObject({ status: "failed", attempt: 3 });
    const back = await run("pull-request-pipeline", {
      decide: () => ({ decision: "reject", comment: "The query joins texts." }),
    });
    expect(back.output["status"]).toBe("sent_back");
    expect(text(back.output["message"]).length).toBeGreaterThan(50);
  });
});

describe("Finance report", () => {
  it("reads all sources, is released and reaches each audience", async () => {
    const { output, steps, view } = await run("finance-report");
    expect(output).toMatchObject({ status: "released", company: "Halden Bicycles", unread: [] });
    expect(text(output["figures"])).toMatch(/48\.2|34\.4|3\.6 million/);
    expect(text(output["report"])).toMatch(/EUR|percent/);
    const messages = output["messages"] as JsonObject;
    expect(messages["investors"]).toBeNull();
    expect(text(messages["board"]).length).toBeGreaterThan(50);
    expect(steps.get("collect")?.progress).toEqual({ done: 4, total: 4 });
    expect(view.steps.filter((step) => step.node === "writer").length).toBeLessThanOrEqual(3);
    expect(steps.get("embargo")?.status).toBe("completed");
  });

  it("can be withheld, and can be released to nobody in particular", async () => {
    const withheld = await run("finance-report", {
      decide: () => ({ decision: "reject", comment: "Restate inventory." }),
    });
    expect(withheld.output).toMatchObject({ status: "withheld", reason: "Restate inventory." });
    const quiet = await run("finance-report", { input: { audiences: [] } });
    expect(quiet.output).toMatchObject({ status: "released", messages: { board: null, team: null, investors: null } });
  });
});
