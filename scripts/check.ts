import { runStaticChecks } from "./checks.ts";

// `npm run check`: format, lint, types, dead code and duplication in one command.
const failed = await runStaticChecks();
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(", ")}. \`npm run format\` mends the format.`);
  process.exit(1);
}
