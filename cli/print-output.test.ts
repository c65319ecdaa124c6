import { describe, expect, it } from "vitest";
import { asText } from "./print-output.ts";

describe("a run's output for people", () => {
  it("is Markdown as it is", () => {
    expect(asText("# Title\n\nText")).toBe("# Title\n\nText");
  });

  it("puts short fields first and the texts that were waited for last", () => {
    const output = {
      response: "# Response\n\nWe comply.",
      status: "approved",
      risks: [{ risk: "Late" }],
      open: [],
      note: null,
    };
    expect(asText(output)).toBe(
      'status: approved\n\n── risks ──\n\n[\n  {\n    "risk": "Late"\n  }\n]\n\n── response ──\n\n# Response\n\nWe comply.',
    );
  });

  it("cuts long data, but no text", () => {
    const shown = asText({ rows: Array.from({ length: 50 }, (_, index) => index), text: "line\n".repeat(50) });
    expect(shown).toContain("… 36 more lines; --json prints all");
    expect(shown.match(/line/g)).toHaveLength(51);
  });

  it("gives other values as JSON and drops control characters", () => {
    expect(asText(42)).toBe("42");
    expect(asText(null)).toBe("null");
    expect(asText("a\u001B[31mb")).toBe("a[31mb");
  });
});
