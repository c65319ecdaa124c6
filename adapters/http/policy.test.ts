import { describe, expect, test } from "vitest";
import { createPolicy } from "./policy.ts";

const strict = createPolicy({ allowPrivate: false });
const at = (address: string, hostname = "example.com", port = 443) => ({ hostname, port, address });

describe("nothing but public addresses", () => {
  test.each([
    ["loopback", ["127.0.0.1", "127.8.8.8", "::1"]],
    ["private", ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1", "fec0::1"]],
    ["link-local", ["169.254.1.1", "fe80::1", "fe80::1%eth0"]],
    ["metadata", ["169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "169.254.170.2"]],
    ["carrier NAT", ["100.64.0.1", "100.127.255.255"]],
    ["unspecified and broadcast", ["0.0.0.0", "0.1.2.3", "::", "255.255.255.255"]],
    ["multicast", ["224.0.0.1", "239.255.255.255", "ff02::1"]],
    ["benchmarking", ["198.18.0.1", "198.19.255.255", "2001:2::1"]],
    ["documentation", ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"]],
    ["reserved", ["240.0.0.1", "192.0.0.192", "100::1", "2001::1", "5f00::1", "4000::1"]],
    ["mapped", ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::ffff:0:127.0.0.1", "::127.0.0.1"]],
    ["NAT64", ["64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::8.8.8.8"]],
    ["6to4 and Teredo", ["2002:7f00:1::", "2002:a00:1::", "2001:0:4136:e378::1"]],
    ["not an address", ["", "localhost", "999.1.1.1", "1.2.3.4.5"]],
  ])("%s", (_name, addresses) => {
    for (const address of addresses) expect([address, strict.allows(at(address))]).toEqual([address, false]);
  });

  test("public ones, wrapped or not, on the web's ports", () => {
    for (const address of ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]) {
      expect([address, strict.allows(at(address))]).toEqual([address, true]);
      expect(strict.allows(at(address, "example.com", 6379))).toBe(false);
    }
    const more = createPolicy({ allowPrivate: false, allowedPorts: [8443] });
    expect(more.allows(at("8.8.8.8", "example.com", 8443))).toBe(true);
  });
});

describe("what the operator allows", () => {
  test("all private addresses, but neither metadata nor multicast", () => {
    const open = createPolicy({ allowPrivate: true });
    expect(open.allows(at("127.0.0.1", "localhost", 11434))).toBe(true);
    expect(open.allows(at("fd12::1", "x", 1))).toBe(true);
    for (const address of [
      "169.254.169.254",
      "::ffff:169.254.169.254",
      "168.63.129.16",
      "fd00:ec2::254",
      "224.0.0.1",
    ]) {
      expect([address, open.allows(at(address))]).toEqual([address, false]);
    }
  });

  test("a network, a host, a host with its port", () => {
    const listed = createPolicy({ allowPrivate: ["10.1.0.0/16", "ollama", "localhost:11434", "fd12::/16"] });
    expect(listed.allows(at("10.1.2.3", "db", 5432))).toBe(true);
    expect(listed.allows(at("10.2.2.3", "db", 5432))).toBe(false);
    expect(listed.allows(at("fd12::9", "db", 5432))).toBe(true);
    expect(listed.allows(at("172.17.0.2", "OLLAMA.", 11434))).toBe(true);
    expect(listed.allows(at("127.0.0.1", "localhost", 11434))).toBe(true);
    expect(listed.allows(at("127.0.0.1", "localhost", 6379))).toBe(false);
    expect(listed.allows(at("127.0.0.1", "evil.example", 11434))).toBe(false);
  });
});
