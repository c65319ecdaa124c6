import type { Json } from "../json.ts";

export interface PublishedEvent {
  orgId: string;
  /** Unique: the same one published twice counts once. */
  id: string;
  name: string;
  key: string | null;
  payload: Json;
  /** Run that speaks: it heard itself already. Null for events from outside. */
  origin: string | null;
}

/** The organisation's event bus: brings an event to the runs that listen and to the workflows it triggers. See engine/run/listeners.ts. */
export interface EventBus {
  /** Resolves once the event is written; delivery follows. Throws BatonError INPUT_INVALID where the payload does not fit the event type. */
  publish(event: PublishedEvent): Promise<void>;
}
