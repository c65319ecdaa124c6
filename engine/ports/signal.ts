/**
 * The platform's AbortSignal where there is one (server, worker, browser). The engine itself compiles without a platform,
 * and sees only that something can be aborted.
 */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer T } }
  ? T
  : { readonly aborted: boolean };
