import { lookup as systemLookup } from "node:dns";
import { isIP } from "node:net";
import type { LookupFunction } from "node:net";
import { Agent, buildConnector } from "undici";
import { BatonError } from "../../engine/errors.ts";
import { bare } from "./policy.ts";
import type { Policy } from "./policy.ts";

/**
 * An agent whose sockets go only where the policy allows. The name is resolved once, every answer is judged, and the
 * socket is given those very answers: there is no second look-up that could say something else (DNS rebinding).
 */
export function guardedAgent(policy: Policy, lookup: LookupFunction = systemLookup as LookupFunction): Agent {
  return new Agent({
    connect(options, callback) {
      const port = Number(options.port) || (options.protocol === "https:" ? 443 : 80);
      const hostname = bare(options.hostname);
      const allows = (address: string): boolean => policy.allows({ hostname, port, address });

      // A literal address is never looked up, so it is judged here.
      if (isIP(hostname) !== 0 && !allows(hostname)) return callback(blocked(options.hostname, port), null);
      const connect = buildConnector({
        allowH2: false,
        timeout: 10_000,
        lookup(name, lookupOptions, done) {
          lookup(name, { ...lookupOptions, all: true }, (error, answers) => {
            if (error !== null) return done(error, []);
            const found = Array.isArray(answers) ? answers : [{ address: answers, family: isIP(answers) }];
            // One bad answer spoils all: racing connections would pick any of them.
            if (found.length === 0 || !found.every(({ address }) => allows(address))) {
              return done(blocked(options.hostname, port), []);
            }
            const [first] = found;
            if (lookupOptions.all !== true && first !== undefined) return done(null, first.address, first.family);
            return done(null, found);
          });
        },
      });
      connect({ ...options, hostname }, (...[error, socket]) => {
        if (error !== null) return callback(error, null);
        // Whatever the way here was, this is where the bytes would go.
        if (socket.remoteAddress === undefined || !allows(socket.remoteAddress)) {
          socket.destroy();
          return callback(blocked(options.hostname, port), null);
        }
        return callback(null, socket);
      });
    },
  });
}

/** Says nothing of what the name resolves to: that would let people map the inside by asking. */
export function blocked(hostname: string, port: number): BatonError {
  return new BatonError(
    "HTTP_BLOCKED",
    `${hostname}:${port} may not be reached from here: it is not a public address on an allowed port. ` +
      "Use a public address, or ask the operator to allow this one.",
  );
}
