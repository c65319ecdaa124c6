import type { Actor, World } from "./actors.ts";

type Reading = "members" | "nobody";
export interface Rule {
  read: Reading;
  /** Columns a browser may ask for; all of them unless said. */
  columns?: string;
  /** A row of the world's organisation; $1 is the organisation. */
  mine: string;
  /** Writes that must be refused for each actor outside the list: by an error, or by touching no row. */
  writes: { sql: (w: World) => string; allowed: Actor[] }[];
}

const none: Actor[] = [];
const managers: Actor[] = ["owner", "admin"];

/** Tables that only the server's use cases write: an insert, a change and a removal, each refused to everybody. */
function serverOnly(table: string, column: string, insert: (w: World) => string): Rule["writes"] {
  return [
    { sql: insert, allowed: none },
    { sql: () => `update ${table} set ${column} = ${column}`, allowed: none },
    { sql: () => `delete from ${table}`, allowed: none },
  ];
}

const runKey = (w: World): string => `'${w.org}', '${w.rows.run}'`;

/** Who may do what with each table. */
export const matrix: Record<string, Rule> = {
  organizations: {
    read: "members",
    mine: "id = $1",
    writes: [
      { sql: () => "insert into organizations (name, slug) values ('x', 'x')", allowed: none },
      {
        sql: (w) => `update organizations set name = 'Acme 2', settings = '{"a":1}' where id = '${w.org}'`,
        allowed: managers,
      },
      { sql: (w) => `delete from organizations where id = '${w.org}'`, allowed: none },
    ],
  },
  profiles: {
    read: "members",
    mine: "id in (select user_id from memberships where org_id = $1)",
    writes: [
      { sql: (w) => `insert into profiles (id, email) values ('${w.newcomer}', 'x@x')`, allowed: none },
      { sql: (w) => `update profiles set name = 'Me' where id = '${w.users.builder}'`, allowed: ["builder"] },
      { sql: (w) => `update profiles set email = 'x@x' where id = '${w.users.builder}'`, allowed: none },
      { sql: (w) => `delete from profiles where id = '${w.users.builder}'`, allowed: none },
    ],
  },
  memberships: {
    read: "members",
    mine: "org_id = $1",
    writes: [
      {
        sql: (w) => `insert into memberships (org_id, user_id, role) values ('${w.org}', '${w.newcomer}', 'viewer')`,
        allowed: managers,
      },
      {
        sql: (w) => `insert into memberships (org_id, user_id, role) values ('${w.org}', '${w.newcomer}', 'owner')`,
        allowed: ["owner"],
      },
      { sql: (w) => `update memberships set role = 'admin' where user_id = '${w.users.viewer}'`, allowed: managers },
      { sql: (w) => `update memberships set role = 'owner' where user_id = '${w.users.viewer}'`, allowed: ["owner"] },
      {
        sql: (w) => `update memberships set org_id = '${w.foreignOrg}' where user_id = '${w.users.viewer}'`,
        allowed: none,
      },
      { sql: (w) => `delete from memberships where user_id = '${w.users.viewer}'`, allowed: managers },
    ],
  },
  groups: {
    read: "members",
    mine: "org_id = $1",
    writes: [
      { sql: (w) => `insert into groups (org_id, name) values ('${w.org}', 'Sales')`, allowed: managers },
      { sql: (w) => `update groups set name = 'Law' where id = '${w.rows.group}'`, allowed: managers },
      { sql: (w) => `update groups set org_id = '${w.foreignOrg}' where id = '${w.rows.group}'`, allowed: none },
      { sql: (w) => `delete from groups where id = '${w.rows.group}'`, allowed: managers },
    ],
  },
  group_members: {
    read: "members",
    mine: "org_id = $1",
    writes: [
      {
        sql: (w) =>
          `insert into group_members values ('${w.rows.group}', '${w.org}', '${w.users.viewer}', '2000-01-01')`,
        allowed: none,
      },
      {
        sql: (w) =>
          `insert into group_members (group_id, org_id, user_id) values ('${w.rows.group}', '${w.org}', '${w.users.viewer}')`,
        allowed: managers,
      },
      {
        sql: (w) => `update group_members set user_id = '${w.users.viewer}' where group_id = '${w.rows.group}'`,
        allowed: none,
      },
      { sql: (w) => `delete from group_members where group_id = '${w.rows.group}'`, allowed: managers },
    ],
  },
  api_keys: {
    read: "members",
    columns: "id, org_id, name, prefix, scopes, role, created_by, created_at, last_used_at, expires_at, revoked_at",
    mine: "org_id = $1",
    writes: [
      ...serverOnly(
        "api_keys",
        "role",
        (w) =>
          `insert into api_keys (org_id, name, prefix, key_hash, role) values ('${w.org}', 'x', 'x', sha256('x'), 'owner')`,
      ),
      { sql: () => "select key_hash from api_keys", allowed: none },
      { sql: () => "select * from api_keys", allowed: none },
      { sql: () => "select id from api_keys order by key_hash", allowed: none },
      { sql: () => "select id from api_keys where key_hash > '\\x00'", allowed: none },
    ],
  },
  credentials: {
    read: "nobody",
    mine: "org_id = $1",
    writes: serverOnly(
      "credentials",
      "name",
      (w) =>
        `insert into credentials (org_id, name, kind, hosts, key_version, nonce, sealed) values ('${w.org}', 'x', 'bearer', '{a}', 1, '\\x000000000000000000000000', '\\x00')`,
    ),
  },
  approval_notices: {
    read: "nobody",
    mine: "org_id = $1",
    writes: serverOnly(
      "approval_notices",
      "recipient",
      (w) =>
        `insert into approval_notices (org_id, approval_id, round, channel, recipient) values ('${w.org}', '${w.rows.approval}', 0, 'email', 'x@x.x')`,
    ),
  },
  invitations: {
    read: "nobody",
    mine: "org_id = $1",
    writes: serverOnly(
      "invitations",
      "role",
      (w) =>
        `insert into invitations (org_id, email, role, token_hash, invited_by_label, expires_at) values ('${w.org}', 'x@x.x', 'owner', sha256('x'), 'x', now())`,
    ),
  },
  model_providers: {
    read: "nobody",
    mine: "org_id = $1",
    writes: serverOnly(
      "model_providers",
      "name",
      (w) =>
        `insert into model_providers (org_id, name, base_url, default_model) values ('${w.org}', 'x', 'https://x', 'x')`,
    ),
  },
  workflows: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly(
      "workflows",
      "name",
      (w) => `insert into workflows (org_id, name, draft) values ('${w.org}', 'x', '{}')`,
    ),
  },
  workflow_versions: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly(
      "workflow_versions",
      "note",
      (w) =>
        `insert into workflow_versions (org_id, workflow_id, version, definition) values ('${w.org}', '${w.rows.workflow}', 2, '{}')`,
    ),
  },
  agents: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly("agents", "status", (w) => `insert into agents (org_id, name) values ('${w.org}', 'x')`),
  },
  agent_versions: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly(
      "agent_versions",
      "note",
      (w) =>
        `insert into agent_versions (org_id, agent_id, version, settings) values ('${w.org}', '${w.rows.agent}', 2, '{}')`,
    ),
  },
  run_agents: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly(
      "run_agents",
      "version",
      (w) => `insert into run_agents (org_id, run_id, agent_id, version) values (${runKey(w)}, '${w.rows.agent}', 1)`,
    ),
  },
  agent_calls: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly(
      "agent_calls",
      "cost_usd",
      (w) =>
        `insert into agent_calls (org_id, run_id, step_id, attempt, agent_id, version, succeeded, ms) values (${runKey(w)}, 'b', 1, '${w.rows.agent}', 1, true, 1)`,
    ),
  },
  workflow_templates: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly(
      "workflow_templates",
      "name",
      (w) => `insert into workflow_templates (org_id, name, category, definition) values ('${w.org}', 'x', 'x', '{}')`,
    ),
  },
  runs: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly(
      "runs",
      "status",
      (w) =>
        `insert into runs (org_id, workflow_id, version, workflow_name) values ('${w.org}', '${w.rows.workflow}', 1, 'x')`,
    ),
  },
  run_events: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly(
      "run_events",
      "data",
      (w) => `insert into run_events (org_id, run_id, seq, at, type) values (${runKey(w)}, 2, now(), 'run-completed')`,
    ),
  },
  run_artifacts: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly(
      "run_artifacts",
      "value",
      (w) => `insert into run_artifacts (org_id, run_id, id, value) values (${runKey(w)}, '${"0".repeat(64)}', '1')`,
    ),
  },
  run_signals: {
    read: "nobody",
    mine: "org_id = $1",
    writes: serverOnly(
      "run_signals",
      "kind",
      (w) => `insert into run_signals (org_id, run_id, kind) values (${runKey(w)}, 'cancel')`,
    ),
  },
  run_timers: {
    read: "nobody",
    mine: "org_id = $1",
    writes: serverOnly(
      "run_timers",
      "due_at",
      (w) => `insert into run_timers (org_id, run_id, key, due_at) values (${runKey(w)}, 'x', now())`,
    ),
  },
  approvals: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly(
      "approvals",
      "status",
      (w) =>
        `insert into approvals (org_id, run_id, workflow_id, node_id, step_id, title) values (${runKey(w)}, '${w.rows.workflow}', 'x', 'x', 'x')`,
    ),
  },
  triggers: {
    read: "members",
    columns: "id, name, kind, config, token_hint, form_token, next_fire_at",
    mine: "org_id = $1",
    writes: serverOnly(
      "triggers",
      "name",
      (w) =>
        `insert into triggers (org_id, workflow_id, kind, name, config) values ('${w.org}', '${w.rows.workflow}', 'form', 'x', '{}')`,
    ),
  },
  trigger_deliveries: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly(
      "trigger_deliveries",
      "status",
      (w) => `insert into trigger_deliveries (org_id, trigger_id, key) values ('${w.org}', '${w.rows.trigger}', 'x')`,
    ),
  },
  event_types: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly(
      "event_types",
      "description",
      (w) => `insert into event_types (org_id, name) values ('${w.org}', 'x')`,
    ),
  },
  bus_events: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly(
      "bus_events",
      "key",
      (w) => `insert into bus_events (org_id, ref, name) values ('${w.org}', 'x', 'x')`,
    ),
  },
  run_calls: {
    read: "nobody",
    mine: "org_id = $1",
    writes: serverOnly(
      "run_calls",
      "looked_at",
      (w) => `insert into run_calls (org_id, run_id, child_id) values (${runKey(w)}, gen_random_uuid())`,
    ),
  },
  run_listeners: {
    read: "nobody",
    mine: "org_id = $1",
    writes: serverOnly(
      "run_listeners",
      "name",
      (w) => `insert into run_listeners (org_id, run_id, name) values (${runKey(w)}, 'x')`,
    ),
  },
  audit_log: {
    read: "members",
    mine: "org_id = $1",
    writes: serverOnly(
      "audit_log",
      "action",
      (w) =>
        `insert into audit_log (org_id, actor_kind, actor_label, action, target_kind, target_id) values ('${w.org}', 'system', 'x', 'x', 'x', 'x')`,
    ),
  },
  idempotency_keys: {
    read: "nobody",
    mine: "org_id = $1",
    writes: serverOnly(
      "idempotency_keys",
      "status",
      (w) => `insert into idempotency_keys (org_id, key, route, request_hash) values ('${w.org}', 'x', 'x', '')`,
    ),
  },
};
