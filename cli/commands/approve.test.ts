import { describe, expect, it } from "vitest";
import { choose, readFields } from "./approve.ts";

const options = [
  { id: "approve", label: "Approve for submission", kind: "approve" as const },
  { id: "changes", label: "Request changes", kind: "changes" as const },
  { id: "reject", label: "Reject", kind: "reject" as const },
];

describe("a decision from the command line", () => {
  it("approves, rejects, or takes another option by id or label", () => {
    expect(choose({ options }, {}).id).toBe("approve");
    expect(choose({ options }, { reject: true }).id).toBe("reject");
    expect(choose({ options }, { decision: "CHANGES" }).id).toBe("changes");
    expect(choose({ options }, { decision: "request changes" }).id).toBe("changes");
  });

  it("names the options when the one that was meant is not there", () => {
    expect(() => choose({ options }, { decision: "perhaps" })).toThrow(
      /no option "perhaps"[^]*--decision changes {3}Request changes/,
    );
    expect(() => choose({ options: options.slice(1) }, {})).toThrow("no option that approves");
  });

  it("takes fields as name=value", () => {
    expect([...readFields(["a=1", "b=x=y"])]).toEqual([
      ["a", "1"],
      ["b", "x=y"],
    ]);
    expect(() => readFields(["=1"])).toThrow("NAME=VALUE");
  });
});
