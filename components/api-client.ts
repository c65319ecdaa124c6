import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";

// Looser than the contract's own schema: an error of a proxy in between, or of a later server, must still be told.
const problemSchema = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  code: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string(), fix: z.string().optional() })).optional(),
});

/** A fault and where it is: `path` is the field or the place in the file, "" for the whole. */
export interface ApiFault {
  path: string;
  message: string;
}

/** An answer that was not a success, in words for the person who sees it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string | null;
  readonly faults: ApiFault[];

  constructor(status: number, message: string, code: string | null = null, faults: ApiFault[] = []) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.faults = faults;
  }
}

export interface ApiClient {
  /** Calls `/api/v1{path}` and parses the answer. @throws ApiError */
  call<Output>(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    answer: z.ZodType<Output>,
    body?: unknown,
  ): Promise<Output>;
}

/** For answers whose content does not matter, 204 among them. */
export const anyAnswer = z.unknown();

/** Whose token goes along. */
export type OpenSession = () => Promise<Pick<SupabaseClient, "auth">>;

/** How a request leaves: over the network from a browser, within the process from a page that the server draws. */
export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

/**
 * The product's own API, called as the signed-in user within one organisation. `session` null calls without an account (approval links).
 */
export function createApiClient(
  session: OpenSession | null,
  organizationId: string | null,
  send: Fetch = fetchOrExplain,
): ApiClient {
  return {
    async call(method, path, answer, body) {
      const headers: Record<string, string> = { accept: "application/json" };
      if (session !== null) {
        const { data } = await (await session()).auth.getSession();
        if (data.session === null) {
          throw new ApiError(
            401,
            "You are signed out. Sign in again; what you typed is still here.",
            "UNAUTHENTICATED",
          );
        }
        headers["authorization"] = `Bearer ${data.session.access_token}`;
      }
      if (organizationId !== null) headers["baton-organization"] = organizationId;
      if (body !== undefined) headers["content-type"] = "application/json";
      // A repeated click or a retry after a lost answer must not do it twice.
      if (method === "POST") headers["idempotency-key"] = crypto.randomUUID();
      const response = await send(`/api/v1${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw problemOf(response, text);
      const parsed = answer.safeParse(text === "" ? null : parseJson(text));
      if (!parsed.success) {
        throw new ApiError(
          response.status,
          "The server answered in a form this page does not know. Reload the page and try again.",
        );
      }
      return parsed.data;
    },
  };
}

async function fetchOrExplain(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    throw Object.assign(
      new ApiError(
        0,
        "The server cannot be reached. Check the connection and try again; nothing you typed is lost.",
        "OFFLINE",
      ),
      { cause },
    );
  }
}

function problemOf(response: Response, text: string): ApiError {
  const problem = problemSchema.safeParse(parseJson(text));
  if (!problem.success) {
    return new ApiError(response.status, `The server answered ${response.status}. Try again in a moment.`);
  }
  const { title, detail, code, errors = [] } = problem.data;
  const faults = errors.map(({ path, message, fix }) => ({
    path,
    message: fix === undefined ? message : `${message} ${fix}`,
  }));
  const retryAfter = response.headers.get("retry-after");
  const wait = response.status === 429 && retryAfter !== null ? ` Try again in ${retryAfter} s.` : "";
  return new ApiError(
    response.status,
    `${detail ?? title ?? `The server answered ${response.status}. Try again in a moment.`}${wait}`,
    code ?? null,
    faults,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (problem) {
    if (problem instanceof SyntaxError) return undefined;
    throw problem;
  }
}

/** Words for anything thrown by a call. */
export function errorWords(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : "Something went wrong. Try again.";
}
