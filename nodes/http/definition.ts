import { z } from "zod";
import { defineNode } from "../define-node.ts";
import { copyPorts, straight } from "../ports.ts";

export const httpConfigSchema = z.strictObject({
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]).default("GET").meta({ title: "Method" }),
  url: z.string().min(1, "say which address to call").max(8_000).meta({ title: "Address", placeholder: "https://" }),
  credential: z
    .string()
    .max(80)
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]*$/, "must be the name of a credential, not an expression")
    .nullable()
    .default(null)
    .meta({
      title: "Credential",
      description: "Name of a credential from Settings. It is sent to its own hosts only and never shown in a run.",
      placeholder: "None",
      control: "credential",
    }),
  headers: z.record(z.string().max(200), z.string().max(8_000)).default({}).meta({ rare: true }),
  query: z
    .record(z.string().max(200), z.json())
    .default({})
    .meta({ rare: true, title: "Query", description: "Added to the address behind the question mark." }),
  body: z.json().default(null).meta({ description: "Sent as JSON unless it is a text." }),
  answer: z
    .enum(["auto", "json", "text"])
    .default("auto")
    .meta({ rare: true, title: "Read the answer as", description: "Auto follows its content type." }),
  failOnStatus: z.boolean().default(true).meta({ rare: true, title: "A status of 400 or more is a failure" }),
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
    credential: null,
    headers: {},
    query: {},
    body: null,
    answer: "auto",
    failOnStatus: true,
  },
  credentials: (config) => {
    const name = config["credential"];
    return typeof name === "string" ? [{ name, path: ["credential"] }] : [];
  },
  outputType: () => "object",
  estimate: () => ({ ms: 500, costUsd: 0 }),
});
