import { exitCodes } from "../failure.ts";
import { examine } from "../stack/doctor.ts";
import type { Terminal } from "./context.ts";

/** Looks at everything a start needs and says what is missing and how to get it. */
export async function doctor(terminal: Terminal, options: { json?: boolean }): Promise<number> {
  const checks = await examine(terminal.env);
  if (options.json === true) terminal.print(JSON.stringify(checks, null, 2));
  else {
    for (const { name, ok, detail, howToFix } of checks) {
      const mark = ok ? terminal.paint("green", "✓") : terminal.paint("red", "✗");
      terminal.print(
        `${mark} ${name.padEnd(14)} ${detail}${ok || howToFix === "" ? "" : `\n  ${"".padEnd(14)} ${howToFix}`}`,
      );
    }
  }
  return checks.every((check) => check.ok) ? exitCodes.success : exitCodes.failed;
}
