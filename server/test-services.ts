// Every port of the API in memory, for unit tests alone. Stores keep what they were given and refuse what the database would.
import { randomUUID } from "node:crypto";
import type { ApiKey } from "../contracts/api/api-key.ts";
import type { Approval } from "../contracts/api/approval.ts";
import type { Role } from "../contracts/api/common.ts";
import type { Workflow } from "../contracts/api/workflow.ts";
import type { Json } from "../engine/json.ts";
import type { MailEntry } from "../engine/ports/run-mailbox.ts";
import type { RunEvent } from "../engine/run/event.ts";
import { catalogue } from "../nodes/catalog/definitions.ts";
import type { NewApiKey } from "./api-keys/ports.ts";
import { createLinkSigner } from "../adapters/links/link-signer.ts";
import { hashKeySecret } from "./auth/api-key-secret.ts";
import { createAuthenticator } from "./auth/authenticate.ts";
import type { AuditEntry } from "./audit.ts";
import type { Caller } from "./auth/caller.ts";
import type { Membership, StoredKey } from "./auth/ports.ts";
import type { IdempotencyStore, KeptAnswer } from "./http/idempotency.ts";
import { callerBucket, createLocalLimiter } from "./http/rate-limit.ts";
import type { Log } from "./log.ts";
import { createAtOnce } from "./runs/run-at-once.ts";
import { createRunWatch } from "./runs/run-watch.ts";
import type { RunRow } from "./runs/ports.ts";
import type { Services } from "./services.ts";
import { memorySettings, notInMemory } from "./test-absent.ts";
import { createPlanCache } from "./workflows/plan-cache.ts";

export interface Memory {
  now: number;
  workflows: Map<string, Workflow & { orgId: string }>;
  versions: Map<string, Json>;
  runs: Map<string, RunRow & { orgId: string; key: string | null }>;
  events: Map<string, RunEvent[]>;
  signals: { runId: string; kind: string; payload: Json }[];
  approvals: Map<string, Approval & { orgId: string }>;
  keys: Map<string, StoredKey>;
  members: Map<string, Membership[]>;
  groups: Map<string, { id: string; name: string }[]>;
  touched: string[];
  lookups: number;
  audit: AuditEntry[];
  woken: string[];
  /** Runs whose events were broadcast. */
  broadcast: string[];
  posted: { runId: string; entries: MailEntry[] }[];
  logged: { level: string; fields: object; message: string | undefined }[];
  /** What the next call to Redis rejects with. */
  redisDown: Error | null;
}

export function memory(): Memory {
  return {
    now: Date.parse("2026-03-01T12:00:00Z"),
    workflows: new Map(),
    versions: new Map(),
    runs: new Map(),
    events: new Map(),
    signals: [],
    approvals: new Map(),
    keys: new Map(),
    members: new Map(),
    groups: new Map(),
    touched: [],
    lookups: 0,
    audit: [],
    woken: [],
    broadcast: [],
    posted: [],
    logged: [],
    redisDown: null,
  };
}

export function memoryLog(at: Pick<Memory, "logged">): Log {
  const write = (level: string) => (fields: object, message?: string) =>
    void at.logged.push({ level, fields, message });
  return { info: write("info"), warn: write("warn"), error: write("error") };
}

export function callerOf(role: Role, more: Partial<Caller> = {}): Caller {
  return {
    kind: "user",
    id: randomUUID(),
    label: `${role}@test.local`,
    email: `${role}@test.local`,
    orgId: "00000000-0000-4000-8000-00000000000a",
    role,
    scopes: [],
    ip: null,
    userAgent: null,
    ...more,
  };
}

/** Puts a key into the memory; its secret. */
export function addKey(at: Memory, orgId: string, role: Role, more: Partial<StoredKey> = {}): string {
  const secret = `baton_${role}_${orgId}_${at.keys.size}`;
  const key: StoredKey = {
    id: randomUUID(),
    orgId,
    name: `${role} key`,
    role,
    scopes: [],
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    ...more,
  };
  at.keys.set(hashKeySecret(secret).toString("hex"), key);
  return secret;
}

export function memoryServices(at: Memory): Services {
  const log = memoryLog(at);
  const now = () => at.now;
  const workflows = workflowStore(at);
  const runs = runStore(at);
  const members: Services["members"] = {
    membershipsOf: async (userId) => at.members.get(userId) ?? [],
    groupsOf: async (_orgId, userId) => at.groups.get(userId) ?? [],
  };
  const redis = async <T>(work: () => T | Promise<T>): Promise<T> => {
    if (at.redisDown !== null) throw at.redisDown;
    return work();
  };
  return {
    catalogue,
    workflows,
    workflowNumbers: async () => [],
    plans: createPlanCache(workflows, catalogue, now),
    runs,
    watch: createRunWatch(runs, log, 5),
    admission: { admit: async () => undefined, most: async () => 20_000, refused: () => 0 },
    atOnce: createAtOnce(now, log),
    broadcaster: { ended: ({ runId }) => void at.broadcast.push(runId) },
    ends: {
      announce: () => undefined,
      wait: (_id, ms) => redis(() => new Promise((end) => setTimeout(end, ms, false))),
    },
    mailbox: { post: async (runId, entries) => void (await redis(() => at.posted.push({ runId, entries }))) },
    queue: { wake: async (runId) => void (await redis(() => at.woken.push(runId))) },
    approvals: approvalStore(at),
    links: createLinkSigner(["a secret of at least thirty-two characters"], now),
    keys: keyStore(at),
    ...memorySettings(),
    triggering: notInMemory("triggers"),
    callbacks: notInMemory("callbacks"),
    callbackCalls: notInMemory("callbacks"),
    members,
    auth: createAuthenticator({
      members,
      keys: {
        async byHash(hash) {
          at.lookups += 1;
          return at.keys.get(Buffer.from(hash).toString("hex")) ?? null;
        },
        touch: async (id) => void at.touched.push(id),
      },
      // `eyJ.USER.EXPIRY` stands for a token that was verified.
      tokens: {
        async verify(token) {
          const [, userId = "", expiry = ""] = token.split(".");
          return { userId, email: `${userId}@test.local`, expiresAt: Number(expiry) };
        },
      },
      now,
      log,
    }),
    idempotency: idempotencyStore(),
    limiter: createLocalLimiter(now),
    callerBucket: callerBucket(1_000),
    gallery: { list: async () => [], get: async () => null },
    templates: {
      list: async () => [],
      get: async () => null,
      insert: async () => undefined,
      remove: async () => false,
    },
    metrics: {
      token: undefined,
      operations: {
        workers: async () => [],
        queues: async () => [],
        runs: async () => ({ statuses: [], oldestQueuedSeconds: 0 }),
        breakers: async () => [],
        refusedRuns: () => 0,
      },
    },
    onBehalfOf: (_orgId, work) => work(),
    tracer: null,
    health: async () => ({
      status: "healthy",
      services: { database: "healthy", redis: "healthy", realtime: "healthy", workers: "healthy" },
    }),
    publicUrl: "http://baton.test",
    now,
    log,
  };
}

function workflowStore(at: Memory): Services["workflows"] {
  const own = (orgId: string, id: string) => {
    const one = at.workflows.get(id);
    return one === undefined || one.orgId !== orgId ? null : one;
  };
  const moment = () => new Date(at.now).toISOString();
  return {
    async insert(given, audit) {
      const version = given.publish ? 1 : null;
      at.workflows.set(given.id, {
        id: given.id,
        orgId: given.orgId,
        name: given.name,
        description: given.description,
        tags: [],
        definition: given.definition,
        revision: 1,
        latestVersion: version,
        publishedVersion: version,
        createdAt: moment(),
        updatedAt: moment(),
        updatedBy: given.by,
      });
      if (version !== null) at.versions.set(`${given.id}:1`, given.definition);
      at.audit.push(audit);
    },
    async get(orgId, id) {
      const one = own(orgId, id);
      if (one === null) return null;
      const { orgId: _orgId, ...workflow } = one;
      return workflow;
    },
    list: async () => ({ items: [], next: null }),
    async saveDraft(draft, audit) {
      const one = own(draft.orgId, draft.id);
      if (one === null) return null;
      if (one.revision !== draft.revision) return "conflict";
      Object.assign(one, { name: draft.name, description: draft.description, definition: draft.definition });
      one.revision += 1;
      at.audit.push(audit);
      return { revision: one.revision };
    },
    async publish(version, audit) {
      const one = own(version.orgId, version.id);
      if (one === null) return null;
      if (one.revision !== version.revision) return "conflict";
      const number = (one.latestVersion ?? 0) + 1;
      Object.assign(one, { latestVersion: number, publishedVersion: number });
      at.versions.set(`${one.id}:${number}`, version.definition);
      at.audit.push(audit);
      return { version: number };
    },
    archive: async () => false,
    tag: async () => false,
    definition: async (orgId, id, version) =>
      own(orgId, id) === null ? null : (at.versions.get(`${id}:${version}`) ?? null),
    versions: async () => [],
    callers: async () => [],
    async published(orgId, id) {
      const one = own(orgId, id);
      return one === null ? null : { name: one.name, version: one.publishedVersion };
    },
  };
}

function runStore(at: Memory): Services["runs"] {
  return {
    async insert(run, audit) {
      const twin = [...at.runs.values()].find(
        (one) => one.orgId === run.orgId && one.key === (run.idempotencyKey ?? 0),
      );
      if (twin !== undefined) return { id: twin.id, status: twin.status, workflowName: twin.workflowName };
      const workflow = at.workflows.get(run.workflowId);
      if (workflow === undefined || (run.latest && workflow.publishedVersion !== run.version)) return null;
      const workflowName = workflow.name;
      at.runs.set(run.id, {
        id: run.id,
        orgId: run.orgId,
        key: run.idempotencyKey,
        workflowId: run.workflowId,
        workflowName,
        version: run.version,
        status: run.ended?.status ?? "queued",
        cost: 0,
        createdAt: new Date(at.now).toISOString(),
        startedAt: run.ended === null ? null : new Date(run.ended.startedAt).toISOString(),
        endedAt: run.ended?.endedAt == null ? null : new Date(run.ended.endedAt).toISOString(),
        input: run.input,
        output: run.ended?.output ?? null,
        error: run.ended?.error ?? null,
        inputTokens: 0,
        outputTokens: 0,
        modelLabel: null,
        priority: run.priority,
        lastSeq: run.events.length,
      });
      at.events.set(run.id, [...run.events]);
      at.audit.push(audit);
      return { id: run.id, status: run.ended?.status ?? "queued", workflowName };
    },
    async get(orgId, id) {
      const one = at.runs.get(id);
      if (one === undefined || one.orgId !== orgId) return null;
      const { orgId: _orgId, key: _key, ...row } = one;
      return row;
    },
    list: async () => ({ items: [], next: null }),
    events: async (_orgId, id, after, limit) =>
      (at.events.get(id) ?? []).filter((event) => event.seq > after).slice(0, limit),
    async signal(signal, audit) {
      at.audit.push(audit);
      return at.signals.push({ runId: signal.runId, kind: signal.kind, payload: signal.payload });
    },
    armTimer: async () => undefined,
    artifact: async () => null,
    forks: async () => ({ forkOf: null, forks: [] }),
    heads: async (ids) =>
      ids.flatMap((id) => {
        const one = at.runs.get(id);
        return one === undefined ? [] : [{ id, lastSeq: one.lastSeq, status: one.status }];
      }),
  };
}

function show({ orgId: _orgId, ...approval }: Approval & { orgId: string }): Approval {
  return approval;
}

function approvalStore(at: Memory): Services["approvals"] {
  return {
    async get(orgId, id) {
      const one = at.approvals.get(id);
      return one === undefined || one.orgId !== orgId ? null : show(one);
    },
    list: async () => ({ items: [], next: null }),
    async behindLink(id) {
      const one = at.approvals.get(id);
      return one === undefined ? null : { orgId: one.orgId, approval: show(one) };
    },
    async decide(given) {
      const one = at.approvals.get(given.id);
      if (one === undefined) return { outcome: "missing", approval: null, signal: null };
      if (one.status !== "pending") return { outcome: "already", approval: show(one), signal: null };
      one.status = "decided";
      one.decision = given.decision;
      one.decidedByLabel = given.actorLabel;
      one.decidedVia = given.via;
      return { outcome: "decided", approval: show(one), signal: 7 };
    },
    delegate: async () => "missing",
  };
}

function keyStore(at: Memory): Services["keys"] {
  const made: ApiKey[] = [];
  return {
    list: async () => made,
    async insert(key: NewApiKey, audit) {
      const { hash, orgId, ...shown } = key;
      const stored = { ...shown, createdAt: new Date(at.now).toISOString(), lastUsedAt: null, revokedAt: null };
      made.push(stored);
      at.keys.set(Buffer.from(hash).toString("hex"), { ...stored, orgId });
      at.audit.push(audit);
      return stored;
    },
    async revoke(orgId, id, audit) {
      const key = [...at.keys.values()].find((one) => one.id === id && one.orgId === orgId);
      const shown = made.find((one) => one.id === id);
      if (key === undefined || shown === undefined) return null;
      key.revokedAt = new Date(at.now).toISOString();
      at.audit.push(audit);
      return { ...shown, revokedAt: key.revokedAt };
    },
  };
}

function place(claim: { orgId: string; key: string; route: string }): string {
  return `${claim.orgId} ${claim.key} ${claim.route}`;
}

function idempotencyStore(): IdempotencyStore {
  const kept = new Map<string, KeptAnswer | null>();
  return {
    async begin(claim) {
      const known = kept.get(place(claim));
      if (known === undefined) {
        kept.set(place(claim), null);
        return "new";
      }
      return known ?? "busy";
    },
    finish: async (claim, answer) => void kept.set(place(claim), { hash: claim.hash, ...answer }),
    abandon: async (claim) => void kept.delete(place(claim)),
  };
}
