import { BatonError } from "../engine/errors.ts";
import type { Breakers, BreakerName } from "../engine/ports/breakers.ts";
import type { HttpClient } from "../engine/ports/http.ts";
import { circuitOpen } from "./model-calls.ts";

/** The guarded client with a breaker for each host: one that keeps failing is left alone for a while. */
export function breakingHttp(http: HttpClient, breakers: Breakers, orgId: string): HttpClient {
  return {
    async send(request) {
      const name: BreakerName = { orgId, kind: "host", name: hostOf(request.url) };
      const pass = await breakers.enter(name);
      if (!pass.passes) throw circuitOpen(name, pass.retryAfterMs);
      try {
        const response = await http.send(request);
        await (response.status >= 500 ? breakers.failed(name) : breakers.succeeded(name));
        return response;
      } catch (error) {
        if (error instanceof BatonError && error.code === "HTTP_FAILED") await breakers.failed(name);
        throw error;
      }
    },
  };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "an invalid address";
}
