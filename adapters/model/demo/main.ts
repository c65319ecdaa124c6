import { pino } from "pino";
import { z } from "zod";
import { createDemoModelServer } from "./server.ts";

/** The demo model as a process of its own. Ends with SIGTERM, SIGINT, and with the parent that it has a channel to. */
const variables = z
  .object({
    DEMO_MODEL_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
    DEMO_MODEL_DELAY_MS: z.coerce.number().min(0).max(10_000).default(5),
    LOG_LEVEL: z.string().default("info"),
  })
  .parse(process.env);

const log = pino({ name: "demo-model", level: variables.LOG_LEVEL });
const server = await createDemoModelServer({
  port: variables.DEMO_MODEL_PORT,
  delayMs: variables.DEMO_MODEL_DELAY_MS,
  log,
});
log.info({ url: server.url, port: server.port }, "the demo model is ready");

// A parent that let us pick the port learns it here.
process.send?.({ kind: "ready", url: server.url, port: server.port });

let stopping = false;
async function stop(reason: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ reason }, "the demo model stops");
  await server.close();
  if (process.connected) process.disconnect();
}
process.once("SIGTERM", () => void stop("SIGTERM"));
process.once("SIGINT", () => void stop("SIGINT"));
process.once("disconnect", () => void stop("the parent is gone"));
