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
  const parserOf = (oid: number): ((text: string) => unknown) => parsers.get(oid) ?? pgTypes.getTypeParser(oid, "text");
  const pool = new Pool({
    connectionString,
    max: options.max ?? 10,
    options: "-c TimeZone=UTC",
    types: { getTypeParser: parserOf },
  });
  const statements = new Map<string, number[]>();
  let arraysKnown: Promise<void> | null = null;
  // An idle connection that the server cut is replaced at the next request; the request itself reports what fails.
  pool.on("error", () => undefined);
  // One that is cut between two statements while somebody holds it would otherwise end the process.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return Object.assign(refuseDirectQuery.bind(null), {
    reserve: async () => {
      arraysKnown ??= learnArrays(pool, parsers, parserOf);
      // A database that is away now is asked again by the next request.
      await arraysKnown.catch((error: unknown) => {
        arraysKnown = null;
        throw error;
      });
      return reserved(await pool.connect(), statements);
    },
    end: () => pool.end(),
    options: { host: [], port: [] },
  });
}

/** `pg` knows the arrays of a few types only; the package knows them all, by asking the database once. */
async function learnArrays(
  pool: Pool,
  parsers: Map<number, (text: string) => unknown>,
  parserOf: (oid: number) => (text: string) => unknown,
): Promise<void> {
  const { rows } = await pool.query<{ element: number; array: number }>(
    "select oid::int as element, typarray::int as array from pg_type where typarray <> 0 and typtype <> 'p'",
  );
  const split = pgTypes.getTypeParser(textArrayOid, "text");
  for (const { element, array } of rows) {
    const parseElement = parserOf(element);
    parsers.set(array, (text) => mapElements(split(text), parseElement));
  }
}

/** The type `text[]`, whose parser gives every element as it is written. */
const textArrayOid: number = 1009;

function mapElements(value: unknown, parse: (text: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => mapElements(element, parse));
  return typeof value === "string" ? parse(value) : null;
}

/** In the package, the pool itself is a function that runs a query. Nothing here calls it, and it says so if that changes. */
function refuseDirectQuery(): never {
  throw new Error("Only reserved connections are used here.");
}

/** How many statements' parameter types are remembered; the Data API sends few different ones. */
const rememberedStatements = 500;

function reserved(client: PoolClient, known: Map<string, number[]>) {
  return {
    async unsafe(text: string, parameters: unknown[]): Promise<Rows> {
      const types = parameters.length === 0 ? [] : (known.get(text) ?? (await parameterTypes(client, text)));
      if (known.size >= rememberedStatements) known.clear();
      if (parameters.length > 0) known.set(text, types);
      const values = parameters.map((value, index) => serialise(value, types[index] ?? 0));
      const result = await client.query(text, values);
      return Object.assign(result.rows as unknown[], { command: result.command, count: result.rowCount ?? 0 });
    },
    release: () => client.release(),
  };
}

/**
 * The package writes a parameter as the type that the database expects of it, so a list for a `jsonb` column becomes
 * JSON. `pg` goes by the value alone and would write a PostgreSQL array.
 */
async function parameterTypes(client: PoolClient, text: string): Promise<number[]> {
  await client.query(`prepare baton_parameters as ${text}`);
  try {
    const { rows } = await client.query<{ type: number }>(
      "select unnest(parameter_types)::oid::int as type from pg_prepared_statements where name = 'baton_parameters'",
    );
    return rows.map(({ type }) => type);
  } finally {
    await client.query("deallocate baton_parameters");
  }
}

const jsonTypes = new Set([114, 3802]);

function serialise(value: unknown, type: number): unknown {
  return value !== null && value !== undefined && jsonTypes.has(type) ? JSON.stringify(value) : value;
}
