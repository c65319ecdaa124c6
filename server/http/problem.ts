import { z } from "zod";
import { fieldProblemSchema, type FieldProblem, type Problem } from "../../contracts/api/problem.ts";
import { BatonError, type ErrorCode } from "../../engine/errors.ts";
import { jsonPointer } from "../workflows/problems.ts";

/** HTTP status of each error code: one exhaustive switch, so that a new code must decide. */
export function statusOf(code: ErrorCode): number {
  switch (code) {
    case "INPUT_INVALID":
    case "WORKFLOW_INVALID":
    case "EXPRESSION_FAILED":
    case "EXPRESSION_LIMIT":
    case "STATE_TOO_LARGE":
    case "JOURNAL_LIMIT":
    case "LOOP_LIMIT":
    case "LOOP_INPUT":
    case "SUBWORKFLOW_DEPTH":
    case "CONTRACT_BROKEN":
      return 422;
    case "WORKFLOW_TOO_LARGE":
    case "VALUE_TOO_LARGE":
      return 413;
    case "UNAUTHENTICATED":
      return 401;
    case "FORBIDDEN":
      return 403;
    case "NOT_FOUND":
      return 404;
    case "CONFLICT":
    case "AGENT_UNAVAILABLE":
    case "AGENT_CONTRACT_BREAKS":
    case "WORKFLOW_CONTRACT_BREAKS":
    case "BUDGET_EXCEEDED":
    case "RUN_TIMEOUT":
    case "RUN_CANCELLED":
    case "APPROVAL_REJECTED":
    case "APPROVAL_EXPIRED":
    case "MODEL_NOT_CONFIGURED":
    case "CREDENTIAL_UNUSABLE":
    case "HTTP_BLOCKED":
      return 409;
    case "RATE_LIMITED":
    case "RUN_QUEUE_FULL":
      return 429;
    case "STEP_TIMEOUT":
      return 504;
    case "MODEL_RATE_LIMITED":
    case "MODEL_UNAVAILABLE":
    case "MODEL_REFUSED":
    case "MODEL_BAD_OUTPUT":
    case "HTTP_FAILED":
    case "HTTP_STATUS":
    case "HTTP_TOO_LARGE":
    case "SUBWORKFLOW_FAILED":
      return 502;
    case "SERVICE_UNAVAILABLE":
    case "CIRCUIT_OPEN":
      return 503;
    case "STEP_POISONED":
    case "STEP_UNCAUGHT":
    case "INTERNAL":
      return 500;
  }
}

const titles: Record<number, string> = {
  400: "The request cannot be read",
  401: "Sign in",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported content type",
  422: "The request does not hold together",
  429: "Too many requests",
  500: "Something went wrong on our side",
  502: "A service we depend on failed",
  503: "Temporarily unavailable",
  504: "A service we depend on took too long",
};

/** A refusal whose status is finer than its code's: bad JSON is 400 where a bad value is 422. */
export class HttpRefusal extends BatonError {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: ErrorCode,
    message: string,
    options: { errors?: FieldProblem[]; headers?: Record<string, string> } = {},
  ) {
    super(code, message, options.errors === undefined ? {} : { details: { errors: z.json().parse(options.errors) } });
    this.status = status;
    this.headers = options.headers ?? {};
  }
}

/** The problem document of a known error. Unknown ones are for the log, not for the wire. */
export function problemOf(error: BatonError, requestId: string): Problem {
  const status = error instanceof HttpRefusal ? error.status : statusOf(error.code);
  const errors = z.array(fieldProblemSchema).safeParse(error.details?.["errors"] ?? []);
  const current = error.details?.["current"];
  return {
    type: `/docs/errors/${error.code}`,
    title: titles[status] ?? "The request failed",
    status,
    code: error.code,
    detail: error.message,
    requestId,
    errors: errors.success ? errors.data : [],
    ...(current === undefined ? {} : { current }),
  };
}

/** What a schema refused, as the API tells it: paths are JSON pointers into the body, or names of parameters. */
export function schemaRefusal(error: z.ZodError, where: "body" | "query" | "path"): HttpRefusal {
  const errors = error.issues.slice(0, 100).flatMap((issue) => fieldProblems(issue, where));
  const first = errors[0];
  const detail = first === undefined ? "" : ` First: ${first.path === "" ? "the body" : first.path} ${first.message}.`;
  return new HttpRefusal(422, "INPUT_INVALID", `The ${where} of the request is not as it should be.${detail}`, {
    errors,
  });
}

function fieldProblems(issue: z.core.$ZodIssue, where: "body" | "query" | "path"): FieldProblem[] {
  const at = (path: readonly PropertyKey[]): string =>
    where === "body" ? jsonPointer(path) : path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: at([...issue.path, key]),
      code: "unknown-field",
      message: "is not a field of this request",
      fix: "Leave it out; check the spelling against /api/v1/openapi.json.",
    }));
  }
  return [{ path: at(issue.path), code: issue.code, message: lower(issue.message) }];
}

function lower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
