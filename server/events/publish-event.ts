import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import { isJsonObject } from "../../engine/json.ts";
import { createInputCheck, type InputCheck } from "../runs/check-input.ts";
import type { EventStore, NewBusEvent } from "./ports.ts";

/** Events and runs that may lead to one another: more is a circle of workflows that start each other. */
const mostDepth = 25;
const mostBytes = 256 * 1024;
/** Compiled schemas that are remembered. */
const mostChecks = 200;

export interface Publisher {
  /**
   * Writes an event down; whoever listens gets it from there. @throws BatonError INPUT_INVALID where it does not fit its type,
   * VALUE_TOO_LARGE, LOOP_LIMIT for a circle
   */
  publish(event: NewBusEvent): Promise<{ id: string; repeated: boolean }>;
}

export function createPublisher(events: Pick<EventStore, "insert" | "type">, wake: () => void): Publisher {
  const checks = new Map<string, InputCheck>();

  async function check({ orgId, name, payload }: NewBusEvent): Promise<void> {
    const type = await events.type(orgId, name);
    if (type === null || !isJsonObject(type.schema)) return;
    const key = `${orgId} ${name} ${type.updatedAt}`;
    let holds = checks.get(key);
    if (holds === undefined) {
      holds = createInputCheck(type.schema);
      const oldest = checks.size >= mostChecks ? checks.keys().next().value : undefined;
      if (oldest !== undefined) checks.delete(oldest);
      checks.set(key, holds);
    }
    try {
      holds(payload);
    } catch (error) {
      throw misfit(name, error);
    }
  }

  return {
    async publish(event) {
      const bytes = Buffer.byteLength(JSON.stringify(event.payload));
      if (bytes > mostBytes) {
        throw new BatonError("VALUE_TOO_LARGE", `The event's payload has ${bytes} bytes; ${mostBytes} are allowed.`);
      }
      await check(event);
      const stored = await events.insert(event, mostDepth);
      if (stored === "too-deep") {
        throw new BatonError(
          "LOOP_LIMIT",
          `${mostDepth} workflows have started one another by events before this one: they go in a circle. Give one of their triggers a filter that ends it.`,
        );
      }
      wake();
      return stored;
    },
  };
}

/** The same fault, told of an event instead of a run's input. */
function misfit(name: string, error: unknown): unknown {
  if (!(error instanceof BatonError) || error.code !== "INPUT_INVALID") return error;
  const errors = error.details?.["errors"];
  const told: Json[] = Array.isArray(errors) ? errors : [];
  const placed = told.map((one) =>
    isJsonObject(one) && typeof one["path"] === "string"
      ? { ...one, path: one["path"].replace(/^\/input/, "/payload") }
      : one,
  );
  const first = placed[0];
  const detail = isJsonObject(first) ? ` First: ${String(first["path"])} ${String(first["message"])}.` : "";
  return new BatonError("INPUT_INVALID", `The payload does not fit the event type ${name}.${detail}`, {
    details: { errors: placed },
  });
}
