import type { z } from "zod";

export interface ConfigFault {
  /** Begins with the setting, as it is called in the file. */
  message: string;
  fix: string;
}

/** What is wrong with a setting of a node, for somebody who fills in a form and has never heard of types. */
export function configFault(issue: z.core.$ZodIssue, config: unknown): ConfigFault {
  const path = issue.path.filter((part) => typeof part !== "symbol");
  const setting = path.join(".") || "config";
  const value = valueAt(config, path);
  if (value === undefined || value === "" || (issue.code === "too_small" && isEmpty(value))) {
    return { message: `${setting} is needed.`, fix: "Fill it in." };
  }
  if (issue.code === "invalid_value") {
    return { message: `${setting} must be one of ${issue.values.map(String).join(", ")}.`, fix: "Choose one of them." };
  }
  return { message: `${setting}: ${lowered(issue.message)}.`, fix: "Correct this setting of the step." };
}

function valueAt(config: unknown, path: readonly PropertyKey[]): unknown {
  let value = config;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, part)?.value;
  }
  return value;
}

function isEmpty(value: unknown): boolean {
  return (
    (typeof value === "string" && value.trim() === "") ||
    (Array.isArray(value) && value.length === 0) ||
    (typeof value === "object" && value !== null && Object.keys(value).length === 0)
  );
}

function lowered(message: string): string {
  return `${message.charAt(0).toLowerCase()}${message.slice(1).replace(/\.$/, "")}`;
}
