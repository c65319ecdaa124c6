import { describe, expect, test } from "vitest";
import { createVault } from "./vault.ts";

const vault = createVault("a master secret of thirty-two characters");

describe("the vault", () => {
  test("opens what it sealed, and only in its place", () => {
    const sealed = vault.seal("s3cret-välue", "credential:1");
    expect(vault.open(sealed, "credential:1")).toBe("s3cret-välue");
    expect(() => vault.open(sealed, "credential:2")).toThrow("cannot be read");
  });

  test("never seals alike, and shows nothing of the secret", () => {
    const [one, two] = [vault.seal("the same secret", "x"), vault.seal("the same secret", "x")];
    expect(Buffer.from(one.sealed).equals(two.sealed)).toBe(false);
    expect(Buffer.from(one.nonce).equals(two.nonce)).toBe(false);
    expect(Buffer.from(one.sealed).toString("latin1")).not.toContain("same");
  });

  test("refuses what was changed, and what another key sealed", () => {
    const sealed = vault.seal("secret", "x");
    const changed = Buffer.from(sealed.sealed);
    changed[0] = (changed[0] ?? 0) ^ 1;
    expect(() => vault.open({ ...sealed, sealed: changed }, "x")).toThrow("cannot be read");
    expect(() => vault.open({ ...sealed, sealed: new Uint8Array(3) }, "x")).toThrow("cannot be read");
    expect(() => vault.open({ ...sealed, keyVersion: 2 }, "x")).toThrow("cannot be read");
    const other = createVault("another master secret of thirty-two characters");
    expect(() => other.open(sealed, "x")).toThrowError(expect.objectContaining({ code: "CREDENTIAL_UNUSABLE" }));
  });
});
