// Two organisations and everybody who might knock: what each sees is asked the way the data API asks it.
import type { Pool, PoolClient } from "pg";

export type Actor = "owner" | "admin" | "builder" | "operator" | "approver" | "viewer" | "stranger" | "anonymous";

export interface World {
  /** The organisation of the tests, and the one the stranger owns. */
  readonly org: string;
  readonly foreignOrg: string;
  readonly users: Record<Exclude<Actor, "anonymous">, string>;
  /** An account without any organisation. */
  readonly newcomer: string;
  readonly rows: Rows;
  readonly foreignRows: Rows;
}

/** One row of every table in an organisation. */
interface Rows {
  readonly group: string;
  readonly workflow: string;
  readonly run: string;
  readonly approval: string;
  readonly apiKey: string;
  readonly trigger: string;
  readonly agent: string;
}

const roles = ["owner", "admin", "builder", "operator", "approver", "viewer"] as const;

/** Fills an empty database with both organisations, as the trusted role. */
export async function createWorld(pool: Pool): Promise<World> {
  const users = {} as Record<Exclude<Actor, "anonymous">, string>;
  for (const name of [...roles, "stranger"] as const) users[name] = await createUser(pool, name);
  const newcomer = await createUser(pool, "newcomer");
  const org = await createOrganization(pool, "acme");
  const foreignOrg = await createOrganization(pool, "umbrella");
  for (const role of roles) await join(pool, org, users[role], role);
  await join(pool, foreignOrg, users.stranger, "owner");
  const rows = await createRows(pool, org, users.builder);
  const foreignRows = await createRows(pool, foreignOrg, users.stranger);
  return { org, foreignOrg, users, newcomer, rows, foreignRows };
}

export async function createUser(pool: Pool, mailbox: string, name: string = mailbox): Promise<string> {
  return insertedId(
    pool,
    "insert into auth.users (email, raw_user_meta_data) values ($1, $2) returning id",
    `${mailbox}-${crypto.randomUUID()}@example.com`,
    { name },
  );
}

export async function createOrganization(pool: Pool, name: string): Promise<string> {
  const slug = `${name}-${crypto.randomUUID()}`;
  return insertedId(pool, "insert into organizations (name, slug) values ($1, $2) returning id", name, slug);
}

export async function join(pool: Pool, org: string, user: string, role: string): Promise<void> {
  await pool.query("insert into memberships (org_id, user_id, role) values ($1, $2, $3)", [org, user, role]);
}

/** A value of a run that is too large to stand in its events. Not in `createWorld`, which also fills databases of before there were any. */
export async function createArtifact(pool: Pool, org: string, run: string): Promise<void> {
  await pool.query("insert into run_artifacts (run_id, id, org_id, value) values ($1, $2, $3, '[]')", [
    run,
    "a".repeat(64),
    org,
  ]);
}

/** A published workflow of one version; returns its id. */
export async function createWorkflow(pool: Pool, org: string): Promise<string> {
  const id = await insertedId(
    pool,
    "insert into workflows (org_id, name, draft, latest_version) values ($1, 'Flow', '{}', 1) returning id",
    org,
  );
  await pool.query(
    "insert into workflow_versions (org_id, workflow_id, version, definition) values ($1, $2, 1, '{\"v\":1}')",
    [org, id],
  );
  return id;
}

export async function createRun(pool: Pool, org: string, workflow: string): Promise<string> {
  return insertedId(
    pool,
    "insert into runs (org_id, workflow_id, version, workflow_name) values ($1, $2, 1, 'Flow') returning id",
    org,
    workflow,
  );
}

/** `amount` events numbered from `from`, as JSON for append_run_events. */
export function journal(from: number, amount: number, at: number = Date.now()): string {
  return JSON.stringify(
    Array.from({ length: amount }, (_, i) => ({
      seq: from + i,
      at: at + from + i,
      type: "step-completed",
      stepId: "a",
      data: { n: 1 },
    })),
  );
}

async function createRows(pool: Pool, org: string, member: string): Promise<Rows> {
  const group = await insertedId(pool, "insert into groups (org_id, name) values ($1, 'Legal') returning id", org);
  await pool.query("insert into group_members (group_id, org_id, user_id) values ($1, $2, $3)", [group, org, member]);
  const workflow = await createWorkflow(pool, org);
  const run = await createRun(pool, org, workflow);
  await pool.query("select append_run_events($1, 0, $2, null, $3)", [
    run,
    JSON.stringify([{ seq: 1, at: Date.now(), type: "run-started", stepId: null, data: {} }]),
    JSON.stringify({ arm: [{ key: "t", dueAt: Date.now() + 3_600_000 }] }),
  ]);
  await pool.query(
    "insert into workflow_templates (org_id, name, category, definition) values ($1, 'Ours', 'General', '{}')",
    [org],
  );
  await pool.query("insert into run_signals (org_id, run_id, kind) values ($1, $2, 'pause')", [org, run]);
  const approval = await insertedId(
    pool,
    `insert into approvals (org_id, run_id, workflow_id, node_id, step_id, title)
     values ($1, $2, $3, 'legal', 'legal', 'Legal review') returning id`,
    org,
    run,
    workflow,
  );
  const apiKey = await insertedId(
    pool,
    `insert into api_keys (org_id, name, prefix, key_hash, role)
     values ($1, 'CI', 'bt_ci', sha256($2::text::bytea), 'builder') returning id`,
    org,
    `key of ${org}`,
  );
  await pool.query(
    `insert into audit_log (org_id, actor_kind, actor_label, action, target_kind, target_id)
     values ($1, 'system', 'system', 'run-started', 'run', $2)`,
    [org, run],
  );
  await pool.query(
    `insert into credentials (org_id, name, kind, hosts, key_version, nonce, sealed)
     values ($1, 'Shop', 'bearer', '{shop.example.com}', 1, '\\x000000000000000000000000', '\\x00')`,
    [org],
  );
  await pool.query(
    "insert into approval_notices (org_id, approval_id, round, channel, recipient) values ($1, $2, 0, 'email', 'a@example.com')",
    [org, approval],
  );
  await pool.query(
    `insert into invitations (org_id, email, role, token_hash, invited_by_label, expires_at)
     values ($1, 'new@example.com', 'viewer', sha256($2::text::bytea), 'owner', now())`,
    [org, `invitation to ${org}`],
  );
  await pool.query(
    "insert into model_providers (org_id, name, base_url, default_model) values ($1, 'Own', 'https://models.example.com/v1', 'm')",
    [org],
  );
  await pool.query(
    "insert into idempotency_keys (org_id, key, route, request_hash) values ($1, 'k', 'POST /runs', '')",
    [org],
  );
  const trigger = await insertedId(
    pool,
    `insert into triggers (org_id, workflow_id, kind, name, config, token_hash, secret_sealed)
     values ($1, $2, 'webhook', 'Orders', '{}', sha256($3::text::bytea), 'sealed') returning id`,
    org,
    workflow,
    `token of ${org}`,
  );
  await pool.query("insert into trigger_deliveries (org_id, trigger_id, key) values ($1, $2, 'id 1')", [org, trigger]);
  await pool.query("insert into event_types (org_id, name) values ($1, 'order.paid')", [org]);
  await pool.query("insert into bus_events (org_id, ref, name) values ($1, '1', 'order.paid')", [org]);
  await pool.query("insert into run_listeners (org_id, run_id, name) values ($1, $2, 'order.paid')", [org, run]);
  await pool.query("insert into run_calls (org_id, run_id, child_id) values ($1, $2, gen_random_uuid())", [org, run]);
  const agent = await insertedId(
    pool,
    "insert into agents (org_id, name, capabilities) values ($1, 'Writer', '{write}') returning id",
    org,
  );
  await pool.query("insert into agent_versions (org_id, agent_id, version, settings) values ($1, $2, 1, '{}')", [
    org,
    agent,
  ]);
  await pool.query("insert into run_agents (org_id, run_id, agent_id, version) values ($1, $2, $3, 1)", [
    org,
    run,
    agent,
  ]);
  await pool.query(
    `insert into agent_calls (org_id, run_id, step_id, attempt, agent_id, version, succeeded, ms)
     values ($1, $2, 'a', 1, $3, 1, true, 10)`,
    [org, run, agent],
  );
  return { group, workflow, run, approval, apiKey, trigger, agent };
}

async function insertedId(pool: Pool, sql: string, ...values: unknown[]): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(sql, values);
  const row = rows[0];
  if (!row) throw new Error(`Nothing was inserted by: ${sql}`);
  return row.id;
}

/** Does `work` with an actor's role and claims, as a gateway would, and undoes it unless `keep` is set. */
export async function actAs<T>(
  pool: Pool,
  user: string | null,
  work: (client: PoolClient) => Promise<T>,
  options: { keep?: boolean; topic?: string; claims?: "one-setting" | "single-settings" } = {},
): Promise<T> {
  const client = await pool.connect();
  let done = false;
  try {
    const role = user ? "authenticated" : "anon";
    await client.query("begin");
    if (options.claims === "single-settings") {
      await client.query("select set_config('request.jwt.claim.sub', $1, true)", [user ?? ""]);
    } else {
      const claims = user ? { sub: user, role } : { role };
      await client.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify(claims)]);
    }
    await client.query("select set_config('realtime.topic', $1, true)", [options.topic ?? ""]);
    await client.query(`set local role ${role}`);
    const result = await work(client);
    if (options.keep) await client.query("commit");
    done = options.keep === true;
    return result;
  } finally {
    if (!done) await client.query("rollback");
    client.release();
  }
}

/** The SQLSTATE with which a query is refused, or the number of rows it touched. */
export async function attempt(client: PoolClient, sql: string, values: unknown[] = []): Promise<string | number> {
  await client.query("savepoint attempt");
  try {
    const { rowCount } = await client.query(sql, values);
    await client.query("release savepoint attempt");
    return rowCount ?? 0;
  } catch (error) {
    await client.query("rollback to savepoint attempt");
    if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
    throw error;
  }
}
