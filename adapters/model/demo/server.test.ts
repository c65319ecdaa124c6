import OpenAI from "openai";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CompletionsServer } from "../completions-server.ts";
import { createOpenAIModel } from "../openai.ts";
import { createDemoModelServer } from "./server.ts";

const solicitation = `# Harbour Tide Monitoring Service

The Port Authority of Lindholm needs a web service that collects tide readings from 42 stations.
The contractor shall encrypt all personal data. A penalty of $2,500 applies for each day of delay.
Proposals are due by April 24, 2026. Proposals that arrive late will not be read.`;

const tool = (name: string, description: string, parameters: Record<string, unknown>) => ({
  type: "function" as const,
  function: { name, description, parameters },
});

describe("as a server", () => {
  let server: CompletionsServer;
  beforeAll(async () => {
    server = await createDemoModelServer({ port: 0, delayMs: 0 });
  });
  afterAll(() => server.close());
  const post = (body: string, path = "/chat/completions") => fetch(server.url + path, { method: "POST", body });
  const client = () => new OpenAI({ apiKey: "none", baseURL: server.url, maxRetries: 0 });

  test("lists its model, answers whole and in chunks, with the same text and usage", async () => {
    expect((await client().models.list()).data).toMatchObject([{ id: "baton-demo-1" }]);
    const asked = {
      model: "anything",
      messages: [{ role: "user" as const, content: `Look at this.\n\n${solicitation}` }],
    };
    const whole = await client().chat.completions.create(asked);
    expect(whole).toMatchObject({
      model: "baton-demo-1",
      system_fingerprint: "baton-demo",
      choices: [{ finish_reason: "stop" }],
    });
    const stream = await client().chat.completions.create({
      ...asked,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    let usage: unknown;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe(whole.choices[0]!.message.content);
    expect(usage).toEqual(whole.usage);
    expect(whole.usage!.prompt_tokens).toBe(Math.ceil(asked.messages[0]!.content.length / 4));
  });

  test("calls the tool that fits, then answers from its result", async () => {
    const tools = [
      tool("send_invoice", "Sends an invoice to a customer", {
        type: "object",
        properties: { amount: { type: "number" } },
      }),
      tool("find_weather", "Finds the weather of a city", {
        type: "object",
        properties: { city: { type: "string" } },
        required: ["city"],
      }),
    ];
    const question = { role: "user" as const, content: "What is the weather in Lindholm City today?" };
    const first = await client().chat.completions.create({ model: "m", messages: [question], tools });
    const call = first.choices[0]!.message.tool_calls![0]!;
    expect(first.choices[0]!.finish_reason).toBe("tool_calls");
    expect(call).toMatchObject({ function: { name: "find_weather", arguments: expect.stringContaining("city") } });
    const messages = [
      question,
      first.choices[0]!.message,
      { role: "tool" as const, tool_call_id: call.id, content: "It rains in Lindholm City, at 7 degrees." },
    ];
    const second = await client().chat.completions.create({ model: "m", messages, tools });
    expect(second.choices[0]!.message.content).toContain("It rains");
    const none = await client().chat.completions.create({
      model: "m",
      messages: [question],
      tools,
      tool_choice: "none",
    });
    expect(none.choices[0]!.message.tool_calls).toBeUndefined();
  });

  test("answers through the product's own model, labelled and free", async () => {
    const model = createOpenAIModel({
      apiKey: "none",
      baseURL: server.url,
      defaultModel: "baton-demo-1",
      provider: "Demo",
      demo: true,
      log: pino({ level: "silent" }),
    });
    const schema = {
      type: "object",
      properties: { title: { type: "string" }, risks: { type: "array", items: { type: "string" } } },
      required: ["title", "risks"],
    };
    const answer = await model.answer({
      model: null,
      messages: [{ role: "user", content: `Name the risks.\n\n${solicitation}` }],
      schema: { name: "risks", schema },
      idempotencyKey: "k",
      signal: new AbortController().signal,
    });
    expect(answer).toMatchObject({
      value: { title: "Harbour Tide Monitoring Service" },
      usage: { demo: true, costUsd: 0 },
    });
  });

  test("keeps to a token limit and refuses what it cannot read", async () => {
    const messages = [{ role: "user" as const, content: `Look at this.\n\n${solicitation}` }];
    const cut = await client().chat.completions.create({ model: "m", max_tokens: 10, messages });
    expect(cut.choices[0]).toMatchObject({ finish_reason: "length" });
    expect((await post("{")).status).toBe(400);
    expect(await (await post('{"model":"m","messages":[]}')).json()).toMatchObject({
      error: { message: expect.stringContaining("messages") },
    });
    expect((await post("{}", "/embeddings")).status).toBe(404);
  });
});
