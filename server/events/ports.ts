import type { BusEvent, EventType } from "../../contracts/api/event.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import type { AuditEntry } from "../audit.ts";
import type { Page, PageRequest } from "../page.ts";

export interface NewBusEvent {
  orgId: string;
  /** What its teller calls it: told twice, it is one event. */
  ref: string;
  name: string;
  key: string | null;
  payload: Json;
  originRunId: string | null;
  toldBy: { kind: string; id: string | null; label: string };
  keepSeconds: number;
}

/** Every method is bound to one organisation. */
export interface EventStore {
  /** Writes an event, owed to whoever listens. "too-deep" when a circle of workflows leads to it. */
  insert(event: NewBusEvent, mostDepth: number): Promise<{ id: string; repeated: boolean } | "too-deep">;
  list(orgId: string, page: PageRequest & { name: string | null }): Promise<Page<BusEvent>>;
  types(orgId: string): Promise<EventType[]>;
  type(orgId: string, name: string): Promise<EventType | null>;
  putType(
    orgId: string,
    type: { name: string; description: string; schema: JsonObject | null; by: string | null },
    audit: AuditEntry,
  ): Promise<EventType>;
  removeType(orgId: string, name: string, audit: AuditEntry): Promise<EventType | null>;
  /** Owes a trigger the events of its name that are still kept; the number. */
  oweKept(orgId: string, triggerId: string): Promise<number>;
}
