import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { choosePorts, freePort, isPortFree } from "./ports.ts";

async function holding(port: number, work: () => Promise<void>): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  try {
    await work();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("choosePorts", () => {
  it("gives every part a port of its own, and keeps those of the last start", async () => {
    const first = await choosePorts(0, {}, true);
    expect(new Set(Object.values(first)).size).toBe(6);
    expect(await choosePorts(0, first, true)).toEqual(first);
  });

  it("moves a part whose port somebody else took meanwhile", async () => {
    const first = await choosePorts(0, {}, true);
    await holding(first.redis, async () => {
      const second = await choosePorts(0, first, true);
      expect(second.redis).not.toBe(first.redis);
      expect(second.postgres).toBe(first.postgres);
    });
  });

  it("says what to do when the web port is taken, unless no web part is wanted", async () => {
    const port = await freePort();
    await holding(port, async () => {
      expect(await isPortFree(port)).toBe(false);
      await expect(choosePorts(port, {}, true)).rejects.toThrow(`PORT=${port + 100} npm start`);
      expect((await choosePorts(port, {}, false)).web).toBe(port);
    });
  });

  it("keeps stacks on neighbouring web ports apart", async () => {
    const [one, two] = await Promise.all([choosePorts(3000, {}, false), choosePorts(3001, {}, false)]);
    const inner = [one, two].flatMap((ports) => Object.values(ports).filter((port) => port !== ports.web));
    expect(new Set(inner).size).toBe(10);
  });
});
