/**
 * The first program of every machine: it trims and freezes the guest's globals and gives back the functions that the
 * host calls. It is text because it runs inside QuickJS, never in Node.
 *
 * - `run(function, seed, seed2, ...values)` seeds Math.random and calls an expression. It answers "V" and the result as
 *   JSON, "E" and an error in words, or "P" for a promise that waits.
 * - `parse(text)` is JSON.parse as it was before anybody could touch it.
 * - `settle()` tells what became of the last promise, in the same form.
 *
 * All is frozen, so that one expression cannot change what the next one sees. Data properties of Object.prototype and
 * Error.prototype become accessors that write to the object itself: a frozen prototype would otherwise refuse
 * `counts[word] = 1` for the word "constructor".
 */
export const guestProgram = String.raw`(function () {
  "use strict";
  const { parse, stringify } = JSON;
  const { getOwnPropertyDescriptor: describe, defineProperty: define, getPrototypeOf, freeze } = Object;
  const ownKeys = Reflect.ownKeys, apply = Reflect.apply, then = Promise.prototype.then;
  const text = String, slice = String.prototype.slice, PromiseType = Promise, ErrorType = Error;

  let a = 0, b = 0, c = 0, d = 0;
  const random = function random() {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  define(Math, "random", { value: random, writable: true, configurable: true });

  for (const name of ["SharedArrayBuffer", "Atomics", "queueMicrotask", "performance", "eval", "WeakRef",
    "FinalizationRegistry", "Proxy", "escape", "unescape", "DisposableStack", "AsyncDisposableStack"]) {
    delete globalThis[name];
  }
  for (const name of ["__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"]) {
    delete Object.prototype[name];
  }
  delete Error.prepareStackTrace;
  delete Error.captureStackTrace;
  delete Error.stackTraceLimit;

  for (const prototype of [Object.prototype, Error.prototype]) {
    for (const key of ownKeys(prototype)) {
      const property = describe(prototype, key);
      if (!("value" in property) || !property.configurable) continue;
      const value = property.value;
      define(prototype, key, {
        get() { return value; },
        set(next) {
          if (this === prototype) throw new TypeError("built-in objects cannot be changed");
          define(this, key, { value: next, writable: true, enumerable: true, configurable: true });
        },
        enumerable: false, configurable: false,
      });
    }
  }

  const seen = new Set();
  const queue = [globalThis, (function* () {})(), (async function () {}), (async function* () {})(), [][Symbol.iterator](),
    new Map()[Symbol.iterator](), new Set()[Symbol.iterator](), ""[Symbol.iterator](), "".matchAll(/x/g),
    [].values().map((x) => x), Iterator.from({ next() {} }), (function () { return arguments; })()];
  while (queue.length > 0) {
    const value = queue.pop();
    if (value === null || (typeof value !== "object" && typeof value !== "function") || seen.has(value)) continue;
    seen.add(value);
    queue.push(getPrototypeOf(value));
    for (const key of ownKeys(value)) {
      const property = describe(value, key);
      queue.push(property.value, property.get, property.set);
    }
    freeze(value);
  }

  const failure = function (thrown) {
    try {
      const words = thrown instanceof ErrorType
        ? text(thrown.name) + ": " + text(thrown.message)
        : "Error: " + (typeof thrown === "object" && thrown !== null ? stringify(thrown) : text(thrown));
      return "E" + apply(slice, words, [0, 500]);
    } catch {
      return "EError: something was thrown that cannot be shown";
    }
  };
  const finish = function (value) {
    try {
      const json = stringify(value);
      return "V" + (json === undefined ? "null" : json);
    } catch (thrown) {
      return failure(thrown);
    }
  };

  let outcome = null;
  const run = function (expression, seed, seed2, ...values) {
    a = seed | 0; b = seed2 | 0; c = a ^ -1640531527; d = b ^ 1779033703;
    for (let i = 0; i < 12; i++) random();
    outcome = null;
    try {
      const value = apply(expression, undefined, values);
      if (!(value instanceof PromiseType)) return finish(value);
      apply(then, value, [
        (result) => { outcome = finish(result); },
        (thrown) => { outcome = failure(thrown); },
      ]);
      return "P";
    } catch (thrown) {
      return failure(thrown);
    }
  };
  const settle = function () {
    return outcome === null ? "EError: the result is a promise that never settles" : outcome;
  };
  return [run, parse, settle];
})()`;
