/**
 * Shows in the address what a page shows, without adding to the history. An address that is right already is left alone: the router
 * takes each replacement for a step of its own, and drops a navigation that is just under way.
 */
export function replaceAddress(address: string): void {
  if (address !== location.pathname + location.search) history.replaceState(null, "", address);
}
