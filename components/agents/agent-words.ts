import type { Agent } from "../../contracts/api/agent.ts";

/** How many of its calls an agent answered, as people read it: "97 %"; null without any. */
export function successWords({ calls, succeeded }: Agent["record"]): string | null {
  if (calls === 0) return null;
  const share = (succeeded / calls) * 100;
  // Never "100 %" while one failed.
  return `${share > 99 && share < 100 ? "99" : Math.round(share)} %`;
}

/** What somebody typed with commas or line breaks between. */
export function listOf(text: string): string[] {
  return [...new Set(text.split(/[,\n]/).map((each) => each.trim()))].filter((each) => each !== "");
}
