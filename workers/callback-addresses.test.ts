import { expect, test } from "vitest";
import { callbackMark } from "../engine/run/callbacks.ts";
import { withAddresses, type CallbackAddress } from "./callback-addresses.ts";
import { Mask } from "./mask.ts";

const run = "00000000-0000-4000-8000-00000000000a";
const address: CallbackAddress = Object.assign(({ step }: { step: string }) => `https://baton.test/hook/${step}`, {
  key: (runId: string) => `key of ${runId.slice(-1)}`,
});

test("addresses come in for the run's own marks, wherever they stand", () => {
  const mark = callbackMark(run, address.key(run), "paid");
  const given = withAddresses(
    { back: [`Call ${mark}.`], go: `https://x.test/?to=${encodeURIComponent(mark)}` },
    run,
    address,
    new Mask(),
  );
  expect(given).toEqual({
    back: ["Call https://baton.test/hook/paid."],
    go: `https://x.test/?to=${encodeURIComponent("https://baton.test/hook/paid")}`,
  });
});

test("text from outside that is written like a mark stays text: its writer knows the run, and not the key", () => {
  const other = "00000000-0000-4000-8000-00000000000b";
  const forged = [
    callbackMark(run, undefined, "paid"),
    callbackMark(run, "", "paid"),
    callbackMark(run, "key", "paid"),
    callbackMark(run, address.key(other), "paid"),
    callbackMark(other, address.key(other), "paid"),
    encodeURIComponent(callbackMark(run, undefined, "paid")),
  ];
  expect(withAddresses({ said: forged, more: forged.join(" ") }, run, address, new Mask())).toEqual({
    said: forged,
    more: forged.join(" "),
  });
});
