import { pino } from "pino";
import { parseEnvironment } from "../../contracts/env.ts";
import { createContainer } from "../container.ts";
import { createApp } from "./app.ts";
import { shareApp, sharedApp } from "./shared-app.ts";

/** The API for hosts that run Next alone: made at the first request, never while building. */
export function answerFromNext(request: Request): Response | Promise<Response> {
  const shared = sharedApp();
  if (shared !== null) return shared.fetch(request);
  const env = parseEnvironment(process.env);
  const app = createApp(createContainer(env, pino({ name: "web", level: env.LOG_LEVEL })).services);
  shareApp(app);
  return app.fetch(request);
}
