import type { Logger } from "pino";
import type { Log } from "./log.ts";
import { isOutage } from "./outage.ts";

export interface HeartbeatParts {
  /** Puts a probe into the queue by which runs are woken. */
  ask(): Promise<void>;
  /** Turns the probe as a run is turned. */
  turn(): Promise<void>;
  /** Tells others that this worker lives, for some seconds. */
  show(): Promise<void>;
  /** Jobs in hand. */
  inHand(): number;
  /** Ends the process: whoever supervises it starts another, and what it had is taken over. */
  giveUp(): void;
  log: Log & Pick<Logger, "fatal">;
  /** Steady, in ms. */
  now?: () => number;
}

/**
 * A worker's sign of life, which it gives only while the queue brings it work: connected is not enough, for a client that lost its place
 * in a long outage may wait for ever on a connection that answers. With nothing else to do, probes are the work.
 */
export interface Heartbeat {
  /** A job came from the queue. */
  taken(): void;
  /** Turns a probe that came from the queue, of this worker or another. */
  probe(): Promise<void>;
  beat(): Promise<void>;
  start(): Promise<void>;
  close(): void;
}

export const probeRunId = "probe";
const everyMs = 3_000;
/** One beat in so many sends a probe. */
const beatsPerProbe = 3;
/** A worker to which nothing came for so long while probes were sent has lost its queue. Many probes: another worker may take some of them. */
const patienceMs = 60_000;

export function createHeartbeat({ now = () => performance.now(), ...parts }: HeartbeatParts): Heartbeat {
  let lastTaken = now();
  let away = false;
  let beats = 0;
  let timer: NodeJS.Timeout | undefined;

  const beat = async (): Promise<void> => {
    try {
      if (!away && now() - lastTaken > patienceMs && parts.inHand() === 0) {
        parts.log.fatal({ seconds: Math.round((now() - lastTaken) / 1_000) }, "the queue brings nothing any more");
        parts.giveUp();
        return;
      }
      if (beats++ % beatsPerProbe === 0) await parts.ask();
      await parts.show();
      // Nothing could come while Redis was away: patience begins anew.
      if (away) lastTaken = now();
      away = false;
    } catch (error) {
      away = true;
      if (!isOutage(error)) parts.log.warn({ error: String(error) }, "the heartbeat failed");
    }
  };

  return {
    taken() {
      lastTaken = now();
    },
    async probe() {
      await parts.turn();
    },
    beat,
    async start() {
      timer = setInterval(() => void beat(), everyMs);
      await beat();
    },
    close() {
      clearInterval(timer);
    },
  };
}
