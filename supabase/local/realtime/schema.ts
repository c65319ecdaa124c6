import { readFileSync } from "node:fs";

/** The schema `realtime` as idempotent SQL, for a PostgreSQL that has the roles anon, authenticated and service_role. */
export const realtimeSchemaSql = readFileSync(new URL("./schema.sql", import.meta.url), "utf8");
