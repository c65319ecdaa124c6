import { z } from "zod";
import { BatonError } from "../engine/errors.ts";

/** Where a list goes on: after the row with this moment and id. `at` keeps the database's microseconds, so it is text. */
export interface Cursor {
  at: string;
  id: string;
}

export interface Page<T> {
  items: T[];
  next: Cursor | null;
}

export interface PageRequest {
  limit: number;
  after: Cursor | null;
}

const cursorSchema = z.tuple([z.string().regex(/^\d{4}-\d\d-\d\d[ T][\d:.]{5,15}(Z|[+-]\d\d(:?\d\d)?)$/), z.uuid()]);

export function encodeCursor(cursor: Cursor | null): string | null {
  return cursor === null ? null : Buffer.from(JSON.stringify([cursor.at, cursor.id])).toString("base64url");
}

/** Reads a cursor that a client sent back. @throws BatonError INPUT_INVALID for anything we did not make */
export function decodeCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  const parsed = cursorSchema.safeParse(jsonOrNull(Buffer.from(text, "base64url").toString("utf8")));
  if (parsed.success && !Number.isNaN(Date.parse(parsed.data[0]))) return { at: parsed.data[0], id: parsed.data[1] };
  throw new BatonError(
    "INPUT_INVALID",
    "The cursor is not one of this list. Leave it out to start from the beginning.",
    {
      details: { errors: [{ path: "cursor", code: "cursor", message: "is not a cursor of this list" }] },
    },
  );
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so not a cursor: the schema refuses null with the same words as any other nonsense.
    return null;
  }
}
