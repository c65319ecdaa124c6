import type { Hono } from "hono";

// Next bundles its routes apart from the server that runs them; the global is what the two copies of this file share.
const place = Symbol.for("baton.api");

/** Lets Next's catch-all route answer with the app of this process, instead of opening connections of its own. */
export function shareApp(app: Hono): void {
  Reflect.set(globalThis, place, app);
}

/** The app that this process shares, or null on a host that runs Next alone. */
export function sharedApp(): Pick<Hono, "fetch"> | null {
  const app: unknown = Reflect.get(globalThis, place);
  return isApp(app) ? app : null;
}

function isApp(value: unknown): value is Pick<Hono, "fetch"> {
  return typeof value === "object" && value !== null && "fetch" in value && typeof value.fetch === "function";
}
