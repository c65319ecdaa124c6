import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "../cli/stack/ports.ts";
import { StackProcess } from "./stage/stack-process.ts";
import { StageServer } from "./stage/stage-server.ts";

const results = resolve(import.meta.dirname, "../test-results");

/** One real production stack for all tests, by `npm start` in a home of its own. Returns what takes it down again. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  // Whoever writes tests keeps one standing (`node e2e/stage/stand.ts`) instead of starting one for each try.
  if (process.env["E2E_BASE_URL"] !== undefined) return () => Promise.resolve();
  const home = mkdtempSync(join(tmpdir(), "baton-e2e-"));
  const port = await freePort();
  const stage = new StageServer();
  const stagePort = await stage.listen();
  const env = {
    PORT: String(port),
    BATON_HOME: home,
    BATON_API_KEY: "baton_e2e_owner_0123456789abcdef",
    BATON_ADMIN_EMAIL: "dana@baton.test",
    BATON_ADMIN_PASSWORD: "correct-horse-battery",
    // Workflows of these tests call the stage, which stands on loopback; nothing else private may be called.
    BATON_ALLOW_PRIVATE: `127.0.0.1:${stagePort}`,
    // Mail, models and data are the embedded ones, whatever the shell of the person who runs this says.
    PUBLIC_URL: undefined,
    OPENAI_API_KEY: undefined,
    OPENAI_BASE_URL: undefined,
    SMTP_URL: undefined,
    DATABASE_URL: undefined,
    SUPABASE_URL: undefined,
    REDIS_URL: undefined,
    NODE_ENV: undefined,
    NEXT_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
  };
  const stack = new StackProcess(env);
  const takeDown = async (): Promise<void> => {
    await stack.stop();
    await stage.close();
    rmSync(join(results, "stack-logs"), { recursive: true, force: true });
    if (existsSync(join(home, "logs"))) cpSync(join(home, "logs"), join(results, "stack-logs"), { recursive: true });
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await stack.start();
  } catch (error) {
    await takeDown();
    throw error;
  }
  stage.steer(stack);
  // Playwright hands these on to the processes of the tests.
  process.env["E2E_BASE_URL"] = `http://localhost:${port}`;
  process.env["E2E_STAGE_URL"] = `http://127.0.0.1:${stagePort}`;
  process.env["E2E_HOME"] = home;
  process.env["E2E_API_KEY"] = env.BATON_API_KEY;
  process.env["E2E_EMAIL"] = env.BATON_ADMIN_EMAIL;
  process.env["E2E_PASSWORD"] = env.BATON_ADMIN_PASSWORD;
  return takeDown;
}
