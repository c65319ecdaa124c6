import globalSetup from "../global-setup.ts";

/** Keeps the stack of the end-to-end tests standing until Ctrl-C, and prints what `playwright test` needs to use it. */
const takeDown = await globalSetup();
const variables = Object.entries(process.env).filter(([name]) => name.startsWith("E2E_"));
process.stdout.write(`${variables.map(([name, value]) => `export ${name}=${value}`).join("\n")}\n`);

const end = new Promise<void>((resolve) => {
  process.once("SIGINT", () => resolve());
  process.once("SIGTERM", () => resolve());
});
await end;
await takeDown();
