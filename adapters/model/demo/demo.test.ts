import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../../engine/json.ts";
import { completionRequestSchema } from "../protocol.ts";
import { demoReply } from "./server.ts";

const solicitation = `# Harbour Tide Monitoring Service

Request for proposals issued by the Port Authority of Lindholm on March 2, 2026. Contact: Mara Okafor, mara.okafor@lindholm-port.example.

> The estimated budget for this effort is $840,000 for the first year, including travel.

| Milestone | Due |
| --------- | --- |
| Questions | April 3, 2026 |
| Proposal submission | April 24, 2026 at noon |

## 1. Scope

The Port Authority needs a web service that collects tide gauge readings from 42 stations and warns pilots when
levels pass a threshold. The present system was built in 2009 and loses about 3% of its readings.

## 2. Requirements

1. The contractor shall deliver a public interface that answers within 500 milliseconds for 99% of calls.
2. The contractor must encrypt all personal data of pilots at rest and in transit.
3. The service shall keep readings for ten years and export them as CSV.
4. The contractor shall submit a status report every second Friday.
5. Staff may work from any location within the country.
6. The system must warn pilots by text message within 60 seconds of a reading.

## 3. Terms

Payment is made within 30 days of an accepted invoice. A penalty of $2,500 applies for each day of delay. The Port
Authority may terminate the contract with 30 days of notice if two milestones are missed. All source code becomes
property of the Port Authority. The contractor assumes liability for breaches of confidentiality.

## 4. Evaluation

Proposals are rated on technical approach, price and similar experience. Proposals that arrive late will not be read.
`;

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);

function reply(system: string, user: string, more: object = {}): ReturnType<typeof demoReply> {
  const messages = [
    { role: "system", content: system },
    { role: "user", content: user },
  ];
  return demoReply(completionRequestSchema.parse({ model: "baton-demo-1", messages, ...more }));
}

function value<T = JsonObject>(user: string, schema: JsonObject, system = "You are an analyst."): T {
  const format = { type: "json_schema", json_schema: { name: "answer", schema } };
  const filled = JSON.parse(reply(system, user, { response_format: format }).content ?? "null") as Json;
  const valid = ajv.validate(schema, filled);
  expect(ajv.errors ?? [], JSON.stringify(filled)).toEqual([]);
  expect(valid).toBe(true);
  return filled as T;
}

const properties = (fields: JsonObject): JsonObject => ({
  type: "object",
  properties: fields,
  required: Object.keys(fields),
  additionalProperties: false,
});

describe("structured answers are drawn from the text", () => {
  const prompt = `Extract what this solicitation demands.\n\n${solicitation}`;

  test("requirements are the sentences that demand, numbered, in order, filed", () => {
    const { requirements } = value<{
      requirements: { id: string; text: string; category: string; priority: string }[];
    }>(
      prompt,
      properties({
        requirements: {
          type: "array",
          minItems: 3,
          maxItems: 5,
          items: properties({
            id: { type: "string" },
            text: { type: "string" },
            category: { enum: ["technical", "security", "legal"] },
            priority: { enum: ["could", "should", "must"] },
          }),
        },
      }),
    );
    expect(requirements.map(({ id }) => id)).toEqual(["R-1", "R-2", "R-3", "R-4", "R-5"]);
    for (const { text } of requirements) {
      expect(text).toMatch(/\b(shall|must)\b/);
      expect(solicitation.replaceAll(/\s+/g, " ")).toContain(text);
    }
    expect(requirements.find(({ text }) => text.includes("encrypt"))).toMatchObject({
      category: "security",
      priority: "must",
    });
  });

  test("fields are found by their names", () => {
    const found = value(
      prompt,
      properties({
        title: { type: "string", maxLength: 60 },
        summary: { type: "string", minLength: 40, maxLength: 400 },
        deadline: { type: "string", format: "date" },
        contactEmail: { type: "string", format: "email" },
        contact: { type: "string" },
        budget: { type: "number" },
        stations: { type: "integer" },
        confidence: { type: "number", minimum: 0, maximum: 1 },
        score: { type: "integer", minimum: 1, maximum: 10 },
        hasPenalty: { type: "boolean" },
        mentionsHelicopters: { type: "boolean" },
        currency: { type: "string", pattern: "^[A-Z]{3}$" },
        kind: { const: "solicitation" },
        note: { type: ["null", "string"] },
      }),
    );
    expect(found).toMatchObject({
      title: "Harbour Tide Monitoring Service",
      deadline: "2026-04-24",
      contactEmail: "mara.okafor@lindholm-port.example",
      budget: 840_000,
      stations: 42,
      hasPenalty: true,
      mentionsHelicopters: false,
      currency: "USD",
      kind: "solicitation",
    });
    expect(JSON.stringify(found["contact"])).toMatch(/Port Authority|Mara Okafor/);
  });

  test("risks, keywords and milestones", () => {
    const found = value<{ risks: string[]; keywords: string[]; milestones: { name: string; date: string }[] }>(
      prompt,
      properties({
        risks: { type: "array", items: { type: "string" }, minItems: 1 },
        keywords: { type: "array", items: { type: "string" }, minItems: 3, maxItems: 3, uniqueItems: true },
        milestones: {
          type: "array",
          items: properties({ name: { type: "string" }, date: { type: "string", format: "date" } }),
        },
      }),
    );
    expect(found.risks.join(" ")).toMatch(/penalty|terminate|liability/);
    expect(new Set(found.keywords).size).toBe(3);
    expect(found.milestones.map(({ date }) => date)).toContain("2026-04-24");
  });

  test("the same prompt gives the same answer, another text another one", () => {
    const schema = properties({ summary: { type: "string" }, score: { type: "number" } });
    expect(value(prompt, schema)).toEqual(value(prompt, schema));
    expect(value(prompt.replaceAll("tide", "traffic").replaceAll("pilots", "drivers"), schema)).not.toEqual(
      value(prompt, schema),
    );
  });

  test("answers of earlier agents are material too", () => {
    const earlier = JSON.stringify({
      requirements: [
        { id: "R-1", text: "The contractor shall deliver weekly reports.", priority: "must" },
        { id: "R-2", text: "The vendor must encrypt every backup.", priority: "must" },
      ],
    });
    const { answers } = value<{ answers: string[] }>(
      `Answer each requirement:\n${earlier}`,
      properties({ answers: { type: "array", items: { type: "string" }, minItems: 2 } }),
    );
    expect(answers.join(" ")).toMatch(/weekly reports/);
    expect(answers.join(" ")).toMatch(/encrypt every backup/);
  });

  test("data is read as data: fields by name, lists added up", () => {
    const order = {
      vendor: "Northwind Supply",
      neededBy: "2026-04-28",
      approved: false,
      items: [
        { name: "Laptop", quantity: 12, unitPrice: 1450 },
        { name: "Dock", quantity: 12, unitPrice: 189 },
      ],
    };
    const user = `Check this order: ${JSON.stringify(order)}`;
    const fields = {
      vendor: { type: "string" },
      needed_by: { type: "string" },
      approved: { type: "boolean" },
      total: { type: "number" },
    };
    expect(value(user, properties(fields))).toEqual({
      vendor: "Northwind Supply",
      needed_by: "2026-04-28",
      approved: false,
      total: 19_668,
    });
    const months = [
      { month: "May", revenue: 100 },
      { month: "June", revenue: 250 },
    ];
    const report = `Report on ${JSON.stringify(months)}`;
    const figures = {
      totalRevenue: { type: "number" },
      averageRevenue: { type: "number" },
      trend: { enum: ["up", "flat", "down"] },
    };
    expect(value(report, properties(figures))).toEqual({ totalRevenue: 350, averageRevenue: 175, trend: "up" });
    expect(reply("You are a finance writer.", report).content).toContain("| **Total** | **350** |");
  });

  test("references, alternatives, recursion, maps and nothing at all", () => {
    value("Read this.", {
      type: "object",
      properties: {
        tree: { $ref: "#/$defs/node" },
        either: { anyOf: [{ type: "null" }, { type: "integer", exclusiveMinimum: 3, maximum: 4 }] },
        both: {
          allOf: [
            { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
            { type: "object", properties: { b: { type: "integer" } }, required: ["b"] },
          ],
        },
        map: { type: "object", additionalProperties: { type: "number" } },
        pair: {
          type: "array",
          prefixItems: [{ type: "string" }, { type: "integer" }],
        },
        steps: { type: "number", multipleOf: 0.25, minimum: 1, maximum: 2 },
        low: { type: "number", maximum: -5 },
        id: { type: "string", format: "uuid" },
        at: { type: "string", format: "date-time" },
        url: { type: "string", format: "uri" },
      },
      required: ["tree", "either", "both", "map", "pair", "steps", "low", "id", "at", "url"],
      $defs: {
        node: {
          type: "object",
          properties: {
            name: { type: "string" },
            children: { type: "array", items: { $ref: "#/$defs/node" } },
            next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] },
          },
          required: ["name", "next"],
        },
      },
    });
    expect(value<Json>("Read this.", {})).toBeTypeOf("string");
  });
});

describe("free text", () => {
  test.each([
    ["You are legal counsel.", "Review this.", /^## Legal review/, /terminate|liability|penalty/],
    ["You are a security engineer.", "Review this.", /^## Security/, /encrypt/],
    ["You set prices.", "Estimate this.", /^## Pricing/, /\$840,000/],
    ["You are a proposal writer.", "Write our response to this.", /^# Our response|^# Response|^# /, /tide/i],
    ["", "Look at this.", /^## /, /Port Authority/],
  ])("%s", (system, task, opening, fact) => {
    const text = reply(system, `${task}\n\n${solicitation}`).content ?? "";
    expect(text).toMatch(opening);
    expect(text).toMatch(fact);
    expect(text.length).toBeGreaterThan(600);
    expect(text).not.toMatch(/[Ll]orem|undefined|\bNaN\b|\[object/);
  });

  test("one requirement gets a paragraph that takes it on", () => {
    const text = reply(
      "You answer requirements.",
      'Requirement: {"id":"R-1","text":"The contractor shall deliver weekly reports by email.","priority":"must"}',
    ).content;
    expect(text).toMatch(/^We will deliver weekly reports by email/);
  });

  test("without material it says so", () => {
    expect(reply("", "Say hello").content).toContain("offline demo model");
  });

  test("hostile text does not slow it down", () => {
    const started = performance.now();
    for (const piece of ["[", "<", "{", "**", "a. ", "| ", "](", "((((", "# ", "\n>", "1,", "$1", "A "]) {
      reply("x", `Read this.\n\n${piece.repeat(20_000)}`);
    }
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
