import type { Context } from "hono";
import type { z } from "zod";
import type { ErrorCode } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import type { Action } from "../auth/authorize.ts";
import type { Caller, Origin } from "../auth/caller.ts";

export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

interface AnswerSpec {
  description: string;
  schema?: z.ZodType;
  contentType?: string;
}

/** A route of the API: what it takes, who may, what it answers. The description and the checks come from the same schemas. */
export interface RouteSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  method: "get" | "post" | "put" | "patch" | "delete";
  /** Below /api/v1, parameters in braces. */
  path: string;
  summary: string;
  tag: string;
  params?: P;
  query?: Q;
  /** Checked before the handler; a missing body is read as undefined. */
  body?: B;
  /** Description of a body that the use case checks itself, to tell more than a schema could. */
  described?: z.ZodType;
  /** Bytes of the body that are read at most, and the code of the refusal. */
  maxBytes?: number;
  tooLarge?: ErrorCode;
  answers: Record<number, AnswerSpec>;
}

export interface Received<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  /** The body before its schema filled in defaults; undefined when there was none. */
  source: Json | undefined;
  idempotencyKey: string | undefined;
  origin: Origin;
  context: Context;
}

type Handle<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, More> = (
  received: Received<z.output<P>, z.output<Q>, z.output<B>> & More,
) => Promise<Answer | Response>;

/** A route with its types forgotten: what app.ts mounts and openapi.ts describes. */
export interface Route {
  spec: RouteSpec<z.ZodType, z.ZodType, z.ZodType>;
  /** The right that a caller needs; null for routes that anybody may call. */
  action: Action | null;
  /** Not kept as an idempotent answer as it is: what it shows once must not be shown twice. */
  replay: (body: Json) => Json;
  handle: (received: Received<unknown, unknown, unknown> & { caller: Caller | null }) => Promise<Answer | Response>;
}

/** A route for callers with the right `action`. */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: RouteSpec<P, Q, B> & { action: Action; replay?: (body: Json) => Json },
  handle: Handle<P, Q, B, { caller: Caller }>,
): Route {
  const { action, replay, ...rest } = spec;
  return {
    spec: rest,
    action,
    replay: replay ?? ((body) => body),
    async handle(received) {
      const { caller } = received;
      if (caller === null) throw new TypeError(`${spec.method} ${spec.path} was reached without a caller.`);
      return handle({ ...parsedAs<P, Q, B>(received), caller });
    },
  };
}

/** A route for anybody. */
export function publicRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: RouteSpec<P, Q, B>,
  handle: Handle<P, Q, B, object>,
): Route {
  return {
    spec,
    action: null,
    replay: (body) => body,
    handle: (received) => handle(parsedAs<P, Q, B>(received)),
  };
}

/** app.ts parsed these with the very schemas of the spec, which is what the types say again here. */
function parsedAs<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  received: Received<unknown, unknown, unknown>,
): Received<z.output<P>, z.output<Q>, z.output<B>> {
  return received as Received<z.output<P>, z.output<Q>, z.output<B>>;
}
