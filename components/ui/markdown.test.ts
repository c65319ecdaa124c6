import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Markdown, safeAddress } from "./markdown.tsx";

const draw = (text: string) => renderToStaticMarkup(createElement(Markdown, { text }));

test.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\nscript:alert(1)",
  "\u0001javascript:alert(1)",
  "data:text/html;base64,PHNjcmlwdD4=",
  "vbscript:msgbox(1)",
  "file:///etc/passwd",
  "/runs/1/cancel",
  "https://",
])("refuses the address %j", (address) => {
  expect(safeAddress(address)).toBeNull();
});

test.each(["https://example.com/a?b=c", "http://example.com/", "mailto:ann@example.com", "#part"])(
  "keeps %s",
  (address) => {
    expect(safeAddress(address)).toBe(address);
  },
);

test("links open apart and tell nobody where they came from", () => {
  expect(draw("[here](https://example.com)")).toContain('rel="noopener noreferrer nofollow"');
});

test("hostile links, HTML and pictures become words", () => {
  const html = draw(
    "[go](javascript:alert(1)) <script>alert(1)</script> <img src=x onerror=alert(1)> ![secret](https://evil.example/?q=1)",
  );
  expect(html).not.toMatch(/javascript:|<script|onerror|evil\.example|<img/);
  expect(html).toContain("secret");
});

test("reference links are judged like plain ones", () => {
  expect(draw("[go][1]\n\n[1]: javascript:alert(1)")).not.toContain("javascript:");
});
