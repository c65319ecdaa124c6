/** Which requests the inbox lists: those the reader may decide, all that wait, or those that are over. */
export const inboxLists = ["mine", "all", "done"] as const;
export type Which = (typeof inboxLists)[number];

/** Reads `?show=` of the address; what it cannot mean is the reader's own list. */
export function readWhich(value: string): Which {
  return inboxLists.find((each) => each === value) ?? "mine";
}

/** The address of a list, and of the request that is open beside it. */
export function inboxAddress(approval: string | null, which: Which): string {
  const path = approval === null ? "/approvals" : `/approvals/${approval}`;
  return which === "mine" ? path : `${path}?show=${which}`;
}
