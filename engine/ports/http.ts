import type { BoundCredential } from "./credentials.ts";
import type { Signal } from "./signal.ts";
export interface HttpRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD";
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
  /** Added by the client itself, at the first address only and if that is one of the credential's hosts. */
  credential?: BoundCredential | undefined;
  timeoutMs: number;
  /** Largest answer that is read, in bytes. */
  maxBytes: number;
  signal?: Signal | undefined;
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Address after redirects. */
  url: string;
}

/** The one guarded way out of the product. Throws BatonError HTTP_BLOCKED, HTTP_FAILED, HTTP_TOO_LARGE or STEP_TIMEOUT. */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpResponse>;
}
