import ipaddr from "ipaddr.js";

export interface PolicyOptions {
  /**
   * Whether addresses that are not public may be reached: none (`false`), all (`true`), or those listed as a network
   * (`10.0.0.0/8`), a host (`ollama`) or a host with its port (`localhost:11434`).
   */
  allowPrivate: boolean | string[];
  /** Ports of public addresses, beside 80 and 443. */
  allowedPorts?: number[] | undefined;
}

/** Decides where connections may go. It is asked with the address that a socket is about to use, never with a guess. */
export interface Policy {
  allows(target: { hostname: string; port: number; address: string }): boolean;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Instance metadata of the clouds hands out credentials. `allowPrivate: true` does not include it; only an entry of the
 * list that names it does. Azure's is a public address, which no range would catch.
 */
const metadata = new Set(["169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fd00:ec2::254"]);

export function createPolicy(options: PolicyOptions): Policy {
  const list = Array.isArray(options.allowPrivate) ? options.allowPrivate : [];
  const all = options.allowPrivate === true;
  const ports = new Set([80, 443, ...(options.allowedPorts ?? [])]);
  const networks = list.filter((entry) => entry.includes("/")).map((entry) => ipaddr.parseCIDR(entry));
  const hosts = new Set(list.filter((entry) => !entry.includes("/")).map((entry) => entry.toLowerCase()));

  return {
    allows({ hostname, port, address }) {
      const name = bare(hostname);
      // A scope id (`fe80::1%eth0`) only ever belongs to addresses that are not public.
      const parsed = parse(address);
      if (parsed === null) return false;
      if (hosts.has(name) || hosts.has(`${name}:${port}`)) return true;
      if (networks.some((network) => within(parsed, network))) return true;
      if (metadata.has(parsed.toString()) || parsed.range() === "multicast") return false;
      return all || (isPublic(parsed) && ports.has(port));
    },
  };
}

/** The host as it is compared: lower case, no brackets, no final dot. */
export function bare(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
}

/** The address that really answers: IPv4 that is wrapped in IPv6 is judged as IPv4. */
function parse(address: string): Address | null {
  if (!ipaddr.isValid(address)) return null;
  const parsed = ipaddr.parse(address);
  if (!isIPv6(parsed)) return parsed;
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address();
  const bytes = parsed.toByteArray();
  // NAT64 (64:ff9b::/96) and the deprecated IPv4-compatible form (::/96) carry it in the last four bytes.
  const nat64 = parsed.range() === "rfc6052" && bytes.slice(4, 12).every((byte) => byte === 0);
  const compatible = bytes.slice(0, 12).every((byte) => byte === 0) && bytes.slice(12, 15).some((byte) => byte !== 0);
  return nat64 || compatible ? ipaddr.fromByteArray(bytes.slice(12)) : parsed;
}

/** Global unicast only: whatever has a name of its own in the registries (6to4 and Teredo too) is not. */
function isPublic(address: Address): boolean {
  if (address.range() !== "unicast") return false;
  return !isIPv6(address) || ((address.parts[0] ?? 0) & 0xe000) === 0x2000;
}

function within(address: Address, [network, bits]: [Address, number]): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

function isIPv6(address: Address): address is ipaddr.IPv6 {
  return address.kind() === "ipv6";
}
