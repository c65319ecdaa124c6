/** What a link to a run page says beside the run: the event that is looked at and the step that is chosen. */
interface Place {
  at: number | null;
  chosen: string | null;
}

export function readAddress(search: string): Place {
  const query = new URLSearchParams(search);
  const at = Number(query.get("at"));
  const step = query.get("step");
  return {
    at: Number.isSafeInteger(at) && at > 0 ? at : null,
    // A step's name is a path of identifiers and numbers; anything else is nobody's link.
    chosen: step !== null && /^[A-Za-z0-9_.]{1,1000}$/.test(step) ? step : null,
  };
}

/** Replaces the address of this page without adding to the history: going back leaves the page, as people expect. */
export function writeAddress({ at, chosen }: Place): void {
  const address = new URL(location.href);
  set(address, "at", at === null ? null : String(at));
  set(address, "step", chosen);
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}

function set(address: URL, name: string, value: string | null): void {
  if (value === null) address.searchParams.delete(name);
  else address.searchParams.set(name, value);
}
