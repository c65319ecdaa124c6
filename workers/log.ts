import type { Logger } from "pino";

/** What the worker's parts need of a logger. Fields first, then a sentence. */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;
