import { createLog } from "../adapters/pino/create-log.ts";
import { parseEnvironment } from "../contracts/env.ts";
import { hashKeySecret, prefixOf } from "./auth/api-key-secret.ts";
import type { Caller } from "./auth/caller.ts";
import { createContainer } from "./container.ts";
import type { Services } from "./services.ts";
import { importWorkflow } from "./workflows/import-workflow.ts";

// Run once by the supervisor: the first organisation with its owner, the API key of the environment, the demo workflows.
// Doing it again changes nothing.
const log = createLog("bootstrap", process.env["LOG_LEVEL"] || "info");

try {
  await bootstrap();
} catch (error) {
  log.fatal({ err: error }, error instanceof Error ? error.message : "the first organisation could not be made");
  process.exitCode = 1;
}

async function bootstrap(): Promise<void> {
  const env = parseEnvironment(process.env);
  const container = createContainer(env, log);
  try {
    const { organizations } = container;
    const owner = await organizations.userByEmail(env.BATON_ADMIN_EMAIL);
    if (owner === null) {
      throw new Error(`There is no account ${env.BATON_ADMIN_EMAIL} yet. Sign up with it, then run this again.`);
    }
    const orgId = await organizations.ensureFirst({ name: "Demo", ownerId: owner });
    const caller: Caller = {
      kind: "system",
      id: null,
      label: "first start",
      email: null,
      orgId,
      role: "owner",
      scopes: [],
      ip: null,
      userAgent: null,
    };
    if (env.BATON_API_KEY !== undefined) {
      await organizations.ensureKey({
        orgId,
        name: "BATON_API_KEY",
        prefix: prefixOf(env.BATON_API_KEY),
        hash: hashKeySecret(env.BATON_API_KEY),
        createdBy: owner,
      });
    }
    const imported = await importDemos(container.services, caller, await organizations.workflowNames(orgId));
    log.info({ orgId, imported }, "the first organisation is ready");
  } finally {
    await container.close();
  }
}

/** Imports the templates that the organisation never had: one that was renamed or deleted does not come back. */
async function importDemos(services: Services, caller: Caller, known: Set<string>): Promise<number> {
  let imported = 0;
  for (const { name, source } of await services.gallery.list()) {
    if (known.has(name)) continue;
    await importWorkflow(services, caller, source, { draft: false });
    imported += 1;
  }
  return imported;
}
