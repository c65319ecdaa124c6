import { expect, test } from "vitest";
import { contentSecurityPolicy, securityHeaders } from "./security-headers.ts";

const options = { nonce: "abc", supabaseUrl: "http://127.0.0.1:54321", secure: false, development: false };

test("scripts run by nonce alone, and nothing inline does", () => {
  const policy = contentSecurityPolicy(options);
  const script = policy.split("; ").find((directive) => directive.startsWith("script-src"));
  expect(script).toBe("script-src 'self' 'nonce-abc' 'strict-dynamic'");
  expect(policy).not.toContain("unsafe-eval");
});

test("the browser may talk to its Supabase, by http and by socket, and to nobody else", () => {
  expect(contentSecurityPolicy(options)).toContain("connect-src 'self' http://127.0.0.1:54321 ws://127.0.0.1:54321;");
  expect(contentSecurityPolicy({ ...options, supabaseUrl: "https://x.supabase.co" })).toContain(
    "connect-src 'self' https://x.supabase.co wss://x.supabase.co;",
  );
});

test("no page can be framed", () => {
  expect(contentSecurityPolicy(options)).toContain("frame-ancestors 'none'");
  expect(securityHeaders({ policy: "", secure: false, path: "/" })["X-Frame-Options"]).toBe("DENY");
});

test("https is insisted on only where the page came by it", () => {
  expect(securityHeaders({ policy: "", secure: false, path: "/" })).not.toHaveProperty("Strict-Transport-Security");
  expect(securityHeaders({ policy: "", secure: true, path: "/" })).toHaveProperty("Strict-Transport-Security");
});

test.each(["/a/token", "/invite/token", "/reset-password"])("%s leaks its address to nobody", (path) => {
  expect(securityHeaders({ policy: "", secure: false, path })["Referrer-Policy"]).toBe("no-referrer");
});
