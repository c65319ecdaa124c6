import { z } from "zod";
import { defineNode } from "../define-node.ts";
import { copyPorts, straight } from "../ports.ts";

export const httpConfigSchema = z.strictObject({
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]).default("GET"),
  url: z.string().min(1, "say which address to call").max(8_000),
  headers: z.record(z.string().max(200), z.string().max(8_000)).default({}),
  query: z.record(z.string().max(200), z.json()).default({}),
  /** Sent as JSON unless it is a text. */
  body: z.json().default(null),
  /** How the answer is read: `auto` follows its content type. */
  answer: z.enum(["auto", "json", "text"]).default("auto"),
  /** Whether a status of 400 or more is a failure. */
  failOnStatus: z.boolean().default(true),
});

export const http = defineNode({
  type: "http",
  behaviour: "effect",
  title: "HTTP request",
  description: "Calls an address on the web and hands on what it answers.",
  family: "data",
  icon: "globe",
  config: httpConfigSchema,
  ports: () => copyPorts(straight),
  summary: (config) => `${String(config["method"] ?? "GET")} ${String(config["url"] ?? "")}`,
  initialConfig: {
    method: "GET",
    url: "https://",
    headers: {},
    query: {},
    body: null,
    answer: "auto",
    failOnStatus: true,
  },
  outputType: () => "object",
  estimate: () => ({ ms: 500, costUsd: 0 }),
});
