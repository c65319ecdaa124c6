"use client";

import { z } from "zod";
import { useOffered } from "./use-offered.ts";

const namesSchema = z
  .object({ items: z.array(z.object({ name: z.string() })) })
  .transform(({ items }): readonly string[] => items.map(({ name }) => name));

function sameNames(old: readonly string[] | null, found: readonly string[]): readonly string[] {
  return old !== null && old.join("\n") === found.join("\n") ? old : found;
}

/** Names of the organisation's credentials; null until they are known, or where one may not see them. */
export function useCredentialNames(): readonly string[] | null {
  return useOffered("/credentials", namesSchema, sameNames);
}
