import { defineConfig } from "vitest/config";

const longOutage = "workers/faults/long-outage.fault.test.ts";

// Three kinds by file name: *.test.ts touch nothing outside the process; *.integration.test.ts use the real
// stack that vitest.stack.ts brings up once; *.fault.test.ts kill real processes and run one file at a time. The long outage is a minute
// of waiting: a project of its own, so that it can pass beside the others.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          // They touch nothing outside of themselves, so what they import need not be read anew for each file.
          isolate: false,
          // A machine whose neighbours take half of it must not fail them.
          testTimeout: 20_000,
          include: ["**/*.test.ts"],
          exclude: ["node_modules/**", ".next/**", "e2e/**", "**/*.integration.test.ts", "**/*.fault.test.ts"],
        },
      },
      {
        test: {
          name: "integration",
          include: ["**/*.integration.test.ts"],
          exclude: ["node_modules/**", ".next/**"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "faults",
          include: ["**/*.fault.test.ts"],
          exclude: ["node_modules/**", ".next/**", longOutage],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: { name: "outage", include: [longOutage], hookTimeout: 120_000, fileParallelism: false },
      },
    ],
  },
});
