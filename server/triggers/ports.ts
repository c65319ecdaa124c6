import type { Delivery, Trigger, TriggerKind } from "../../contracts/api/trigger.ts";
import type { ErrorRecord } from "../../engine/errors.ts";
import type { JsonObject } from "../../engine/json.ts";
import type { Cron } from "../../engine/ports/cron.ts";
import type { AuditEntry } from "../audit.ts";
import type { EventStore } from "../events/ports.ts";
import type { Publisher } from "../events/publish-event.ts";
import type { Page, PageRequest } from "../page.ts";
import type { Evaluate } from "./evaluate.ts";

/** A trigger as it is stored. Its secrets are sealed. */
export interface TriggerRow extends Omit<Trigger, "kind" | "config" | "url"> {
  orgId: string;
  kind: TriggerKind;
  config: JsonObject;
  formToken: string | null;
  secretSealed: string | null;
  oldSecretSealed: string | null;
  workflowName: string;
}

export interface NewTrigger {
  id: string;
  orgId: string;
  workflowId: string;
  kind: TriggerKind;
  name: string;
  enabled: boolean;
  config: JsonObject;
  version: number | null;
  token: { hash: Uint8Array; hint: string; shown: string | null } | null;
  secretSealed: string | null;
  eventName: string | null;
  /** Epoch ms, by the database's clock. */
  nextFireAt: number | null;
  createdBy: string | null;
}

/** Only what is named is changed. */
export interface TriggerChange {
  name?: string | undefined;
  enabled?: boolean | undefined;
  version?: number | null | undefined;
  config?: JsonObject | undefined;
  eventName?: string | undefined;
  nextFireAt?: number | null | undefined;
  token?: NewTrigger["token"];
  /** The secret before stays good until then (epoch ms). */
  secret?: { sealed: string; oldSealed: string | null; oldUntil: number | null };
}

/** Every method but `byToken` and `countRefusal` is bound to one organisation: another one's ids find nothing. */
export interface TriggerStore {
  /** Milliseconds of the database's clock, by which schedules fire. */
  now(): Promise<number>;
  /** Null when the workflow is gone. */
  insert(trigger: NewTrigger, audit: AuditEntry): Promise<TriggerRow | null>;
  list(orgId: string, workflowId: string | null): Promise<TriggerRow[]>;
  get(orgId: string, id: string): Promise<TriggerRow | null>;
  change(orgId: string, id: string, change: TriggerChange, audit: AuditEntry): Promise<TriggerRow | null>;
  /** False when there is no such trigger. */
  remove(orgId: string, id: string, audit: AuditEntry): Promise<boolean>;
  /** The trigger with this sha-256 of its token, enabled or not, of a workflow that is not deleted. */
  byToken(hash: Uint8Array): Promise<TriggerRow | null>;
  /** Counts a request that was not let in. */
  countRefusal(id: string, reason: string): Promise<void>;
}

/** One time a trigger was set off, as much of it as starting its run needs. */
export interface DeliveryRow {
  id: string;
  orgId: string;
  triggerId: string;
  key: string;
  status: Delivery["status"];
  payload: JsonObject;
  runId: string;
  attempts: number;
  /** True when this very call stored it, or took it up again. */
  fresh: boolean;
}

export interface DeliveryStore {
  /**
   * Stores a delivery and claims it for the caller. One that is there by its key is given as it is, counted as a repeat; a
   * refused one is taken up again.
   */
  open(delivery: {
    orgId: string;
    triggerId: string;
    key: string;
    payload: JsonObject;
    redeliveryOf: string | null;
  }): Promise<DeliveryRow>;
  get(orgId: string, triggerId: string, id: string): Promise<Delivery | null>;
  list(
    orgId: string,
    triggerId: string,
    page: PageRequest & { status: Delivery["status"] | null },
  ): Promise<Page<Delivery>>;
  /** Writes down how it ended. Only a pending one is changed. */
  close(id: string, outcome: { status: "started" | "refused" | "filtered"; error: ErrorRecord | null }): Promise<void>;
  /** Gives a pending one back, to be tried again after a while. */
  postpone(id: string, error: ErrorRecord, delayMs: number): Promise<void>;
}

/** What triggers need beside the rest of the product. */
export interface Triggering {
  triggers: TriggerStore;
  deliveries: DeliveryStore;
  events: EventStore;
  publisher: Publisher;
  cron: Cron;
  evaluate: Evaluate;
}
