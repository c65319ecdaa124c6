import { z } from "zod";

/**
 * Every error the product names. A code is stable: it is in the API, in the journal and has a page in docs/errors/.
 * Adding one here makes the compiler ask for its class in `errorClass` and for its page in the docs check.
 */
export const errorCodes = [
  "INPUT_INVALID",
  "WORKFLOW_INVALID",
  "WORKFLOW_TOO_LARGE",
  "EXPRESSION_FAILED",
  "EXPRESSION_LIMIT",
  "VALUE_TOO_LARGE",
  "STATE_TOO_LARGE",
  "JOURNAL_LIMIT",
  "LOOP_LIMIT",
  "LOOP_INPUT",
  "SUBWORKFLOW_FAILED",
  "SUBWORKFLOW_DEPTH",
  "CONTRACT_BROKEN",
  "AGENT_UNAVAILABLE",
  "AGENT_CONTRACT_BREAKS",
  "WORKFLOW_CONTRACT_BREAKS",
  "BUDGET_EXCEEDED",
  "CIRCUIT_OPEN",
  "STEP_TIMEOUT",
  "STEP_POISONED",
  "STEP_UNCAUGHT",
  "RUN_TIMEOUT",
  "RUN_CANCELLED",
  "MODEL_RATE_LIMITED",
  "MODEL_UNAVAILABLE",
  "MODEL_REFUSED",
  "MODEL_BAD_OUTPUT",
  "MODEL_NOT_CONFIGURED",
  "CREDENTIAL_UNUSABLE",
  "HTTP_BLOCKED",
  "HTTP_FAILED",
  "HTTP_STATUS",
  "HTTP_TOO_LARGE",
  "APPROVAL_REJECTED",
  "APPROVAL_EXPIRED",
  "NOT_FOUND",
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "CONFLICT",
  "RATE_LIMITED",
  "RUN_QUEUE_FULL",
  "SERVICE_UNAVAILABLE",
  "INTERNAL",
] as const;

export const errorCodeSchema = z.enum(errorCodes);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

/** What crosses a boundary (journal, API, screen). `retryable` decides whether the engine may try the step again. */
export const errorRecordSchema = z.strictObject({
  code: errorCodeSchema,
  message: z.string(),
  retryable: z.boolean(),
  retryAfterMs: z.number().nonnegative().optional(),
  details: z.record(z.string(), z.json()).optional(),
});
export type ErrorRecord = z.infer<typeof errorRecordSchema>;

/** The one error class of the product. Its message is written for the person who reads it and is safe to show. */
export class BatonError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly details: ErrorRecord["details"];

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      retryable?: boolean;
      retryAfterMs?: number | undefined;
      details?: ErrorRecord["details"];
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "BatonError";
    this.code = code;
    this.retryable = options.retryable ?? isRetryable(code);
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
  }
}

/** Whose fault an error is and whether trying again can help: one exhaustive switch, so that a new code must decide. */
export function errorClass(code: ErrorCode): "yours" | "theirs" | "ours" {
  switch (code) {
    case "INPUT_INVALID":
    case "WORKFLOW_INVALID":
    case "WORKFLOW_TOO_LARGE":
    case "EXPRESSION_FAILED":
    case "EXPRESSION_LIMIT":
    case "VALUE_TOO_LARGE":
    case "STATE_TOO_LARGE":
    case "JOURNAL_LIMIT":
    case "LOOP_LIMIT":
    case "LOOP_INPUT":
    case "SUBWORKFLOW_FAILED":
    case "SUBWORKFLOW_DEPTH":
    case "CONTRACT_BROKEN":
    case "AGENT_UNAVAILABLE":
    case "AGENT_CONTRACT_BREAKS":
    case "WORKFLOW_CONTRACT_BREAKS":
    case "BUDGET_EXCEEDED":
    case "RUN_TIMEOUT":
    case "RUN_CANCELLED":
    case "MODEL_NOT_CONFIGURED":
    case "CREDENTIAL_UNUSABLE":
    case "HTTP_BLOCKED":
    case "APPROVAL_REJECTED":
    case "APPROVAL_EXPIRED":
    case "NOT_FOUND":
    case "UNAUTHENTICATED":
    case "FORBIDDEN":
    case "CONFLICT":
    case "RATE_LIMITED":
    case "RUN_QUEUE_FULL":
      return "yours";
    case "CIRCUIT_OPEN":
    case "STEP_TIMEOUT":
    case "MODEL_RATE_LIMITED":
    case "MODEL_UNAVAILABLE":
    case "MODEL_REFUSED":
    case "MODEL_BAD_OUTPUT":
    case "HTTP_FAILED":
    case "HTTP_STATUS":
    case "HTTP_TOO_LARGE":
      return "theirs";
    case "STEP_POISONED":
    case "STEP_UNCAUGHT":
    case "SERVICE_UNAVAILABLE":
    case "INTERNAL":
      return "ours";
  }
}

/** Kinds of failure that a retry policy can name. */
export const errorKinds = ["timeout", "rate-limit", "unavailable", "bad-output", "sub-workflow", "other"] as const;
export const errorKindSchema = z.enum(errorKinds);
export type ErrorKind = z.infer<typeof errorKindSchema>;

/** The kind of a failure, for retry policies. */
export function errorKind({ code, details }: Pick<ErrorRecord, "code" | "details">): ErrorKind {
  switch (code) {
    case "STEP_TIMEOUT":
      return "timeout";
    case "MODEL_RATE_LIMITED":
      return "rate-limit";
    case "HTTP_STATUS":
      return details?.["status"] === 429 ? "rate-limit" : "unavailable";
    case "MODEL_UNAVAILABLE":
    case "HTTP_FAILED":
    case "CIRCUIT_OPEN":
    case "SERVICE_UNAVAILABLE":
      return "unavailable";
    case "MODEL_BAD_OUTPUT":
    case "CONTRACT_BROKEN":
      return "bad-output";
    case "SUBWORKFLOW_FAILED":
      return "sub-workflow";
    default:
      return "other";
  }
}

function isRetryable(code: ErrorCode): boolean {
  return (
    code === "CIRCUIT_OPEN" ||
    code === "STEP_TIMEOUT" ||
    code === "STEP_UNCAUGHT" ||
    code === "MODEL_RATE_LIMITED" ||
    code === "MODEL_UNAVAILABLE" ||
    code === "MODEL_BAD_OUTPUT" ||
    code === "HTTP_FAILED" ||
    code === "RUN_QUEUE_FULL" ||
    code === "SERVICE_UNAVAILABLE"
  );
}

/** The record of anything thrown. What is not a BatonError is redacted: its text may hold what nobody should see. */
export function toErrorRecord(thrown: unknown, fallback: ErrorCode = "STEP_UNCAUGHT"): ErrorRecord {
  if (!(thrown instanceof BatonError)) {
    return { code: fallback, message: "Something went wrong inside the step.", retryable: isRetryable(fallback) };
  }
  return {
    code: thrown.code,
    message: thrown.message,
    retryable: thrown.retryable,
    ...(thrown.retryAfterMs === undefined ? {} : { retryAfterMs: thrown.retryAfterMs }),
    ...(thrown.details === undefined ? {} : { details: thrown.details }),
  };
}
