import type { Hono } from "hono";
import { shareApp, sharedApp } from "./shared-app.ts";

/** The API for hosts that run Next alone: made at the first request, never while building. */
export async function answerFromNext(request: Request): Promise<Response> {
  const app = sharedApp() ?? (await (making ??= makeApp().catch(retryLater)));
  return app.fetch(request);
}

let making: Promise<Hono> | null = null;

function retryLater(error: unknown): never {
  making = null;
  throw error;
}

/** Loaded only where it is needed: beside the server of this process it would be all of its code once more, some 20 MB. */
async function makeApp(): Promise<Hono> {
  const [{ parseEnvironment }, { createContainer, createLog }, { createApp }] = await Promise.all([
    import("../../contracts/env.ts"),
    import("../container.ts"),
    import("./app.ts"),
  ]);
  const env = parseEnvironment(process.env);
  const app = createApp(createContainer(env, createLog("web", env.LOG_LEVEL)).services);
  shareApp(app);
  return app;
}
