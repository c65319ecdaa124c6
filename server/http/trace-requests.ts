import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { RequestTracer } from "../../engine/ports/tracer.ts";

/** A span for each request, named by its route: an address may hold a secret. */
export function traceRequests(tracer: RequestTracer): MiddlewareHandler {
  return async (context, next) => {
    const { method } = context.req;
    await tracer.request({ method, traceparent: context.req.header("traceparent") }, async () => {
      await next();
      return { route: routePath(context, -1), status: context.res.status };
    });
  };
}
