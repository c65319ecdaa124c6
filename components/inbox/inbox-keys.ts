"use client";

import { useCommandSource } from "../commands/commands-provider.tsx";

interface InboxKeys {
  move(by: 1 | -1): void;
  decide(kind: "approve" | "reject"): void;
}

/** J and K move, A approves, R rejects; none of them while a person types or a menu is open. */
export function useInboxKeys(keys: InboxKeys): void {
  const group = "Approvals";
  useCommandSource({
    commands: () => [
      { id: "next-approval", title: "Next request", group, keys: ["j"], run: () => keys.move(1) },
      { id: "previous-approval", title: "Previous request", group, keys: ["k"], run: () => keys.move(-1) },
      // A key that repeats while it is held down must not decide one request after the other.
      { id: "approve", title: "Approve", group, keys: ["a"], once: true, run: () => keys.decide("approve") },
      { id: "reject", title: "Reject", group, keys: ["r"], once: true, run: () => keys.decide("reject") },
    ],
  });
}
