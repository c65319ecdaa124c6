import { Socket } from "node:net";

/**
 * Loaded before a child's own code (`node --import`). The supervisor holds the other end of this pipe; when it closes,
 * the supervisor is gone, however it died, and the child stops as if it had been told to, so that no process is
 * orphaned. The child's code needs to know nothing of it.
 */
const lifelineFd = 3;
const secondsToStop = 10;

if (process.env["BATON_LIFELINE"] === "1") {
  // Children of this child must not think that they have a lifeline too.
  delete process.env["BATON_LIFELINE"];
  const lifeline = new Socket({ fd: lifelineFd, readable: true, writable: false });
  lifeline.on("error", stopSelf);
  lifeline.on("close", stopSelf);
  lifeline.resume();
  lifeline.unref();
}

function stopSelf(): void {
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.kill(process.pid, "SIGKILL"), secondsToStop * 1000).unref();
}
