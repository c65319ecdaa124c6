import type { z } from "zod";
import { problemSchema, type Problem } from "../contracts/api/problem.ts";
import type { Json } from "../engine/json.ts";
import { CliFailure, exitCodes } from "./failure.ts";
import { printable } from "./paint.ts";

export interface ApiRequest {
  method?: "GET" | "POST" | "PUT";
  body?: Json;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** The HTTP API of a running stack, spoken as one person or key. */
export interface Api {
  /** Where it answers, without a slash at the end. */
  url: string;
  /** Asks and parses the answer. @throws CliFailure in words for people */
  ask<T>(path: string, schema: z.ZodType<T>, request?: ApiRequest): Promise<T>;
  /** The answer as it comes, for streams; a refusal is thrown like `ask` does. */
  open(path: string, request?: ApiRequest): Promise<Response>;
}

/** The problem document of a refusal, so that callers can tell 404 and 409 apart. */
export class ApiFailure extends CliFailure {
  override name = "ApiFailure";
  readonly status: number;
  readonly problem: Problem | null;
  constructor(status: number, problem: Problem | null, message: string, exitCode: number) {
    super(message, exitCode);
    this.status = status;
    this.problem = problem;
  }
}

/** The stack cannot be reached (any more). */
export class UnreachableError extends CliFailure {
  override name = "UnreachableError";
}

/** @param authorization gives the Authorization header for each request, fresh where it expires */
export function createApi(url: string, authorization: () => Promise<string>): Api {
  const open = async (path: string, request: ApiRequest = {}): Promise<Response> => {
    const { method = "GET", body, headers, signal } = request;
    let response: Response;
    try {
      response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          accept: "application/json",
          authorization: await authorization(),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (error instanceof CliFailure || signal?.aborted === true) throw error;
      throw new UnreachableError(
        `Baton does not answer at ${url} (${reason(error)}). Is it running? See: npm run baton -- doctor`,
      );
    }
    if (response.ok) return response;
    throw await failureOf(response, method, path);
  };
  return {
    url,
    open,
    async ask(path, schema, request) {
      const response = await open(path, request);
      const parsed = schema.safeParse(await response.json());
      if (parsed.success) return parsed.data;
      const issue = parsed.error.issues[0];
      const where = issue === undefined ? "" : `${issue.path.join(".")} ${issue.message}`.trim();
      throw new CliFailure(
        `${url} answered ${path} in a form this command does not know (${where}). Is it the same version of Baton?`,
      );
    },
  };
}

/** fetch hides why a connection failed one level deeper. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}

async function failureOf(response: Response, method: string, path: string): Promise<ApiFailure> {
  const text = await response.text();
  const problem = problemSchema.loose().safeParse(jsonOrNull(text));
  if (!problem.success) {
    const said = printable(text).replace(/\s+/g, " ").slice(0, 200);
    return new ApiFailure(
      response.status,
      null,
      `${method} ${path} was answered with ${response.status}: ${said}`,
      exitCodes.failed,
    );
  }
  const { detail, errors, requestId, status } = problem.data;
  const lines = errors.map((error) => {
    const fix = error.fix === undefined ? "" : ` ${error.fix}`;
    return `  ${error.path === "" ? "" : `${error.path}: `}${error.message}${fix}`;
  });
  const advice =
    status === 401
      ? ["Set BATON_API_KEY to a key of your organisation (Settings, API keys)."]
      : status >= 500
        ? [`The logs name this request ${requestId}.`]
        : [];
  return new ApiFailure(status, problem.data, printable([detail, ...lines, ...advice].join("\n")), exitCodes.failed);
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not a problem document: a proxy's page, perhaps. The caller shows it as it is.
    return null;
  }
}
