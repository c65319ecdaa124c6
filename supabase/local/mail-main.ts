import { join } from "node:path";
import { createLog } from "../../adapters/pino/create-log.ts";
import { z } from "zod";
import { createGateway } from "./gateway.ts";
import { openMailbox } from "./mailbox.ts";

/** The process "mailbox": the local mailbox alone, beside a Supabase that is hosted elsewhere. */

const environment = z
  .object({
    BATON_HOME: z.string().min(1),
    SUPABASE_PORT: z.coerce.number().int(),
    MAIL_PORT: z.coerce.number().int(),
    LOG_LEVEL: z.string().default("info"),
  })
  .parse(process.env);

const log = createLog("mailbox", environment.LOG_LEVEL);
const mailbox = await openMailbox(join(environment.BATON_HOME, "mail"), environment.MAIL_PORT, log);
const gateway = createGateway({
  lite: null,
  realtime: null,
  mailbox,
  origins: [],
  isDatabaseUp: () => Promise.resolve(true),
  log,
});
gateway.listen(environment.SUPABASE_PORT, "127.0.0.1");

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    gateway.close();
    gateway.closeAllConnections();
    void mailbox.close().then(() => process.exit(0));
  });
}
