import type { LookupFunction } from "node:net";
import type { Logger } from "pino";
import { fetch as undiciFetch, request } from "undici";
import type { Agent } from "undici";
import { BatonError } from "../../engine/errors.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "../../engine/ports/http.ts";
import { bind } from "./binding.ts";
import { discard, readBody } from "./body.ts";
import { guardedAgent } from "./connector.ts";
import { toBatonError } from "./failure.ts";
import { checkHeaders, withoutSecrets } from "./headers.ts";
import { createPolicy } from "./policy.ts";
import type { PolicyOptions } from "./policy.ts";

export interface HttpClientOptions extends PolicyOptions {
  log: Pick<Logger, "warn">;
  userAgent?: string | undefined;
  /** Replaces the system's name look-up, for tests. */
  lookup?: LookupFunction | undefined;
}

/** The guarded way out, in two forms with the same guard and the same sockets. */
export interface GuardedHttp extends HttpClient {
  /** For packages that want a `fetch` (models, chat services). It follows no redirects. */
  fetch: typeof globalThis.fetch;
  /** Ends idle sockets and refuses further requests. */
  close(): Promise<void>;
}

const maxRedirects = 5;

interface Hop {
  url: URL;
  method: HttpRequest["method"];
  headers: Record<string, string>;
  body: string | undefined;
}

/** Makes the client through which everything that leaves goes. */
export function createHttpClient(options: HttpClientOptions): GuardedHttp {
  const agent = guardedAgent(createPolicy(options), options.lookup);
  const defaults = { "user-agent": options.userAgent ?? "Baton/1", "accept-encoding": "gzip, deflate, br" };
  return {
    async send(asked) {
      try {
        return await send(agent, { ...defaults, ...checkHeaders(asked.headers) }, asked);
      } catch (thrown) {
        const error = toBatonError(thrown, asked);
        if (error.code === "HTTP_BLOCKED")
          options.log.warn({ code: error.code, message: error.message }, "request blocked");
        throw error;
      }
    },
    fetch: guardedFetch(agent),
    close: () => agent.destroy(),
  };
}

async function send(agent: Agent, headers: Record<string, string>, asked: HttpRequest): Promise<HttpResponse> {
  const timeout = AbortSignal.timeout(asked.timeoutMs);
  const signal = asked.signal === undefined ? timeout : AbortSignal.any([timeout, asked.signal]);
  signal.throwIfAborted();
  const url = parseUrl(asked.url);
  const bound = asked.credential === undefined ? { url, headers: {} } : bind(url, asked.credential);
  let hop: Hop = { url: bound.url, method: asked.method, headers: { ...headers, ...bound.headers }, body: asked.body };

  for (let redirects = 0; ; redirects++) {
    const answer = await request(hop.url, {
      dispatcher: agent,
      method: hop.method,
      headers: hop.headers,
      body: hop.body ?? null,
      signal,
      headersTimeout: asked.timeoutMs,
      bodyTimeout: asked.timeoutMs,
    });
    const received = flatten(answer.headers);
    const location = received["location"];
    if (location === undefined || ![301, 302, 303, 307, 308].includes(answer.statusCode)) {
      // A HEAD's Content-Length is that of the GET: nothing comes.
      const body = hop.method === "HEAD" ? "" : await readBody(answer.body, received, asked.maxBytes, hop.url.host);
      if (hop.method === "HEAD") discard(answer.body);
      return { status: answer.statusCode, headers: received, body, url: hop.url.href };
    }
    // The body of a redirect is nobody's; closing the socket is cheaper than reading it.
    discard(answer.body);
    if (redirects === maxRedirects) {
      throw new BatonError("HTTP_FAILED", `${hop.url.host} redirected more than ${maxRedirects} times.`, {
        retryable: false,
      });
    }
    hop = next(hop, location, answer.statusCode, bound.headers);
  }
}

/** The hop after a redirect: as browsers do it, and with nothing secret when the host changes, whatever its header is called. */
function next(hop: Hop, location: string, status: number, bound: Record<string, string>): Hop {
  const url = parseUrl(location, hop.url);
  const turnsToGet = status === 303 ? hop.method !== "HEAD" : status < 303 && hop.method === "POST";
  let headers = url.origin === hop.url.origin ? hop.headers : withoutSecrets(hop.headers, bound);
  if (!turnsToGet) return { url, method: hop.method, headers, body: hop.body };
  headers = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("content-")));
  return { url, method: "GET", headers, body: undefined };
}

/** Throws HTTP_BLOCKED for what is not plain http(s), HTTP_FAILED for what is no address at all. */
function parseUrl(text: string, base?: URL): URL {
  if (!URL.canParse(text, base)) {
    throw new BatonError("HTTP_FAILED", `"${text.slice(0, 200)}" is not an address. It must start with https://.`, {
      retryable: false,
    });
  }
  const url = new URL(text, base);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new BatonError("HTTP_BLOCKED", `Only http and https addresses may be reached, not ${url.protocol}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new BatonError(
      "HTTP_BLOCKED",
      `The address of ${url.host} holds a user name or password. Put it into a header by a credential instead.`,
    );
  }
  url.hash = "";
  return url;
}

function guardedFetch(agent: Agent): typeof globalThis.fetch {
  return async (input, init) => {
    const href = input instanceof Request ? input.url : String(input);
    const url = parseUrl(href);
    const { dispatcher: _ignored, ...rest } = (init ?? {}) as RequestInit & { dispatcher?: unknown };
    if (input instanceof Request) throw new TypeError("The guarded fetch takes an address, not a Request.");
    // The two fetch types describe one standard, but undici's and Node's declarations do not know each other.
    const asked = { ...rest, dispatcher: agent, redirect: "error" } as unknown as Parameters<typeof undiciFetch>[1];
    return (await undiciFetch(url, asked)) as unknown as Response;
  };
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}
