import type { ScopeEntry, ScopeGroup } from "./scope.ts";

/** Where in a text a reference is being written. */
export interface Spot {
  from: number;
  to: number;
  typed: string;
}

/** The reference under the cursor, if the cursor stands inside of `{{ … }}`; null elsewhere. */
export function spotAt(text: string, cursor: number): Spot | null {
  const before = text.slice(0, cursor);
  const open = before.lastIndexOf("{{");
  if (open < 0 || before.indexOf("}}", open) >= 0) return null;
  const typed = /[\w$.[\]?]*$/.exec(before.slice(open + 2))?.[0] ?? "";
  // Inside of a string nothing is read.
  const quotes = before.slice(open + 2, before.length - typed.length).match(/["'`]/g)?.length ?? 0;
  if (quotes % 2 === 1) return null;
  const after = /^[\w$]*/.exec(text.slice(cursor))?.[0] ?? "";
  return { from: cursor - typed.length, to: cursor + after.length, typed };
}

const mostOffers = 40;

/** What can be meant by what was typed: the beginnings first, then everything that holds it somewhere. */
export function offersFor(groups: readonly ScopeGroup[], typed: string): ScopeEntry[] {
  const wanted = typed.replaceAll("?.", ".").toLowerCase();
  const entries = groups.flatMap((each) => each.entries);
  // `in` holds everything that other roots hold by name as well.
  const useful = entries.filter((entry) => entry.path.toLowerCase() !== wanted);
  if (wanted === "") {
    return useful.filter((entry) => entry.depth <= (entry.path.includes(".outputs") ? 2 : 1)).slice(0, mostOffers);
  }
  const begins: ScopeEntry[] = [];
  const holds: ScopeEntry[] = [];
  for (const entry of useful) {
    const path = entry.path.toLowerCase();
    if (path.startsWith(wanted)) begins.push(entry);
    else if (path.includes(wanted) || entry.label.toLowerCase().includes(wanted)) holds.push(entry);
  }
  return [...begins, ...holds].slice(0, mostOffers);
}

/** The text with an offer taken, and where the cursor stands then. The braces are closed if they were not. */
export function complete(text: string, spot: Spot, path: string): { text: string; cursor: number } {
  const before = text.slice(0, spot.from);
  const gap = spot.typed === "" && before.endsWith("{{") ? " " : "";
  const after = text.slice(spot.to);
  const close = /^[^{]*?\}\}/.test(after) ? "" : " }}";
  const written = `${before}${gap}${path}`;
  return { text: `${written}${close}${after}`, cursor: written.length };
}

/** A reference put into a text at the cursor: inside braces as it is, elsewhere with its own. */
export function insertReference(text: string, cursor: number, path: string): { text: string; cursor: number } {
  const spot = spotAt(text, cursor);
  if (spot !== null) return complete(text, spot, path);
  const written = `{{ ${path} }}`;
  return { text: text.slice(0, cursor) + written + text.slice(cursor), cursor: cursor + written.length };
}
