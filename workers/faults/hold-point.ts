/**
 * Named points at which a test ends or freezes the process, to prove that nothing is lost there. The signal is sent by the
 * process to itself, so it strikes exactly there. Off unless NODE_ENV is "test" and BATON_HOLD names a point:
 * `before-append:3` kills at the third time that point is reached, `before-append:3:stop` freezes (SIGSTOP).
 */
export const holdPoints = [
  /** Events are turned, and not yet sent to the journal. */
  "before-append",
  /** The journal has the events; nobody was told. */
  "after-append",
  /** The start of the effect is in the journal; the effect has not begun. */
  "before-effect",
  /** The effect happened; its outcome is known to this process only. */
  "after-effect-before-outcome",
  /** The outcome is in the journal; the job is not acknowledged. */
  "after-outcome-before-ack",
  /** Commands that follow from what is in the journal are not dispatched. */
  "before-dispatch",
] as const;
export type HoldPoint = (typeof holdPoints)[number];

interface Armed {
  point: HoldPoint;
  remaining: number;
  signal: "SIGKILL" | "SIGSTOP";
}

let armed: Armed | null = readHold(process.env);

/** Passes, unless a test armed this point and this is the time. */
export function reachHoldPoint(point: HoldPoint): void {
  if (armed === null || armed.point !== point) return;
  armed.remaining -= 1;
  if (armed.remaining > 0) return;
  const { signal } = armed;
  armed = null;
  process.kill(process.pid, signal);
}

function readHold(env: NodeJS.ProcessEnv): Armed | null {
  if (env.NODE_ENV !== "test" || env.BATON_HOLD === undefined) return null;
  const [name, count = "1", how = "kill"] = env.BATON_HOLD.split(":");
  const point = holdPoints.find((each) => each === name);
  if (point === undefined) throw new Error(`BATON_HOLD names no hold point: ${env.BATON_HOLD}`);
  return { point, remaining: Number(count), signal: how === "stop" ? "SIGSTOP" : "SIGKILL" };
}
