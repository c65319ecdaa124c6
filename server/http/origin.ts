import { isIP } from "node:net";
import type { Context } from "hono";
import type { Origin } from "../auth/caller.ts";

/**
 * Where a request came from: the socket's own peer. Forwarding headers are not believed, since anybody can write them; behind
 * a proxy the audit therefore names the proxy.
 */
export function originOf(context: Context): Origin {
  const peer = addressOf(context.env);
  // An address with a zone (fe80::1%eth0) is only good on this machine, and not an inet for Postgres.
  const ip = peer?.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "") ?? "";
  return { ip: isIP(ip) === 0 ? null : ip, userAgent: context.req.header("user-agent")?.slice(0, 512) ?? null };
}

function addressOf(env: unknown): string | undefined {
  if (typeof env !== "object" || env === null || !("incoming" in env)) return undefined;
  const { incoming } = env;
  if (typeof incoming !== "object" || incoming === null || !("socket" in incoming)) return undefined;
  const { socket } = incoming;
  if (typeof socket !== "object" || socket === null || !("remoteAddress" in socket)) return undefined;
  return typeof socket.remoteAddress === "string" ? socket.remoteAddress : undefined;
}
