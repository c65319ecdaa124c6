/** One thing that work counts against, and how much of it may go on at once. */
export interface SlotRule {
  kind: "organization" | "workflow" | "agent" | "provider";
  /** What of that kind; "" for the organisation itself. */
  name: string;
  max: number;
}

/** Counts of work that goes on at once, shared by all workers. When their store is away everything finds room. */
export interface Slots {
  /**
   * A slot of each rule for `holder`, or of none: the rule that has no room. Asked again while held, it holds on. Who finds no room waits
   * under its `ticket`, as long as it asks again every second or so.
   */
  take(orgId: string, rules: readonly SlotRule[], holder: string, ticket?: string): Promise<SlotRule | null>;
  /** Gives the tickets of those that may find room now. */
  release(orgId: string, rules: readonly SlotRule[], holder: string): Promise<string[]>;
}

/** How many steps an organisation lets go on at once. */
export interface StepLimits {
  steps: number | null;
  workflows: Readonly<Record<string, number>>;
  agents: Readonly<Record<string, number>>;
  providers: Readonly<Record<string, number>>;
}
