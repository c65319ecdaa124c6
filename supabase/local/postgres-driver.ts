import { registerHooks } from "node:module";
import { Pool, type PoolClient, types as pgTypes } from "pg";

/**
 * `@supabase/lite/postgres` asks for the package `postgres`, an optional peer of it. Where that package is installed it
 * is used; where it is not, this file stands in for the few calls that lite makes, on `pg`, which the product has
 * anyway. Import it before `@supabase/lite/postgres`.
 */
registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== "postgres") return next(specifier, context);
    try {
      return next(specifier, context);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND") {
        return { url: import.meta.url, shortCircuit: true };
      }
      throw error;
    }
  },
});

interface Options {
  max?: number;
  types?: Record<string, { from: number[]; parse: (text: string) => unknown }>;
}

type Rows = unknown[] & { command: string; count: number };

/** Opens a pool in the shape of the package `postgres`: a function that carries `reserve` and `end`. */
export default function connect(connectionString: string, options: Options = {}) {
  const parsers = new Map<number, (text: string) => unknown>();
  for (const { from, parse } of Object.values(options.types ?? {})) for (const oid of from) parsers.set(oid, parse);
  const pool = new Pool({
    connectionString,
    max: options.max ?? 10,
    options: "-c TimeZone=UTC",
    types: { getTypeParser: (oid: number) => parsers.get(oid) ?? pgTypes.getTypeParser(oid, "text") },
  });
  // An idle connection that the server cut is replaced at the next request; the request itself reports what fails.
  pool.on("error", () => undefined);
  const unsupported = (): never => {
    throw new Error("Only reserved connections are used here.");
  };
  return Object.assign(unsupported, {
    reserve: async () => reserved(await pool.connect()),
    end: () => pool.end(),
    options: { host: [], port: [] },
  });
}

function reserved(client: PoolClient) {
  return {
    async unsafe(text: string, parameters: unknown[]): Promise<Rows> {
      const result = await client.query(text, parameters);
      return Object.assign(result.rows as unknown[], { command: result.command, count: result.rowCount ?? 0 });
    },
    release: () => client.release(),
  };
}
