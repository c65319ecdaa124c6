import type { AgentRef } from "../engine/agent.ts";
import type { Signal } from "../engine/ports/signal.ts";
import type { SlotRule, Slots, StepLimits } from "../engine/ports/slots.ts";
import type { Log } from "./log.ts";

export interface SlotPorts {
  slots: Slots;
  /** What an organisation bounds its steps by. */
  limits: (orgId: string) => Promise<StepLimits>;
  /** Brings a step that found no room again at once. What is not heard of comes again by itself, a second later. */
  call: (ticket: string) => Promise<void>;
  /** Tells all workers, and hears from them, that a provider has room for who waits under a ticket. What is lost is looked for. */
  room: { tell(ticket: string): void; hear(listener: (ticket: string) => void): void };
  log: Log;
  /** How long who waits for a provider does so without being called. */
  askAgainMs?: number;
}

/** What a step counts as. */
export interface Counted {
  orgId: string;
  workflowId: string;
  agent: AgentRef | null;
  /** Names the attempt: taken again by another worker it is the same slot. */
  holder: string;
  /** By which it is called when there is room. */
  ticket: string;
}

export interface StepSlots {
  /** Null: there is no room now. Otherwise to be called when the step is over. */
  enter(step: Counted): Promise<(() => Promise<void>) | null>;
  /** Waits for a slot of a model's provider. @throws when the signal aborts */
  provider(orgId: string, name: string | null, holder: string, signal: Signal): Promise<() => Promise<void>>;
}

/** How long a change of limits may take to reach a worker. */
const keptMs = 5_000;
const keptOrganizations = 5_000;
/** Well within the time after which a silent holder is forgotten. */
const renewMs = 5_000;
/** Whoever waits asks again this often, or is forgotten among those who wait (see the store of slots). */
const usuallyAskAgainMs = 1_000;

/** The limits of organisations around the steps that a worker executes. Without any, a step costs nothing here. */
export function createStepSlots(ports: SlotPorts): StepSlots {
  const { slots, limits, call, room, log, askAgainMs = usuallyAskAgainMs } = ports;
  const known = new Map<string, { until: number; limits: Promise<StepLimits> }>();
  /** Calls to models that wait here for room at their provider, by ticket. */
  const waiting = new Map<string, () => void>();
  room.hear((ticket) => waiting.get(ticket)?.());

  const limitsOf = (orgId: string): Promise<StepLimits> => {
    const kept = known.get(orgId);
    if (kept !== undefined && kept.until > performance.now()) return kept.limits;
    const reading = limits(orgId);
    if (known.size >= keptOrganizations) known.clear();
    known.set(orgId, { until: performance.now() + keptMs, limits: reading });
    reading.catch(() => known.delete(orgId));
    return reading;
  };

  /** Keeps what was taken until it is given back. */
  const hold = (
    orgId: string,
    rules: SlotRule[],
    holder: string,
    tell: (ticket: string) => void,
  ): (() => Promise<void>) => {
    const renewing = setInterval(() => void slots.take(orgId, rules, holder), renewMs);
    return async () => {
      clearInterval(renewing);
      for (const ticket of await slots.release(orgId, rules, holder)) tell(ticket);
    };
  };

  const callStep = (ticket: string): void => {
    call(ticket).catch((error: unknown) => log.debug({ ticket, error: String(error) }, "a step comes by itself"));
  };

  return {
    async enter({ orgId, workflowId, agent, holder, ticket }) {
      const rules = rulesOf(await limitsOf(orgId), workflowId, agent);
      if (rules.length === 0) return async () => undefined;
      const full = await slots.take(orgId, rules, holder, ticket);
      if (full === null) return hold(orgId, rules, holder, callStep);
      log.debug({ orgId, holder, limit: full.kind, max: full.max }, "a step waits: its limit has no room");
      return null;
    },
    async provider(orgId, name, holder, signal) {
      const max = name === null ? undefined : (await limitsOf(orgId)).providers[name];
      if (name === null || max === undefined) return async () => undefined;
      const rules: SlotRule[] = [{ kind: "provider", name, max }];
      for (;;) {
        // Listens before it asks: it may be called before the answer is here.
        const call = callOf(signal, askAgainMs);
        waiting.set(holder, call.come);
        try {
          if ((await slots.take(orgId, rules, holder, holder)) === null) {
            return hold(orgId, rules, holder, (ticket) => room.tell(ticket));
          }
          await call.came;
        } finally {
          call.end();
          waiting.delete(holder);
        }
        if (signal.aborted) throw new Error("aborted");
      }
    },
  };
}

/** Comes when it is told to, when nobody wants it any more, or after a while. */
function callOf(signal: Signal, ms: number): { came: Promise<void>; come: () => void; end: () => void } {
  const { promise: came, resolve: come } = Promise.withResolvers<void>();
  const timer = setTimeout(come, ms);
  const aborted = (): void => come();
  if (signal.aborted) come();
  signal.addEventListener("abort", aborted);
  const end = (): void => {
    clearTimeout(timer);
    signal.removeEventListener("abort", aborted);
  };
  return { came, come, end };
}

function rulesOf(limits: StepLimits, workflowId: string, agent: AgentRef | null): SlotRule[] {
  const rules: SlotRule[] = [];
  const add = (kind: SlotRule["kind"], name: string, max: number | null | undefined): void => {
    if (max !== null && max !== undefined) rules.push({ kind, name, max });
  };
  add("organization", "", limits.steps);
  add("workflow", workflowId, limits.workflows[workflowId]);
  if (agent !== null) add("agent", agent.id, limits.agents[agent.id]);
  return rules;
}
