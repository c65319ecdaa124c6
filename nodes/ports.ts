import type { Port, Ports } from "../engine/workflow/definition.ts";

const input: Port = { name: "in", label: "In", type: "any" };
const output: Port = { name: "out", label: "Out", type: "any" };

/** One way in, one way out: most nodes. */
export const straight: Ports = { inputs: [input], outputs: [output], taken: "all" };

/** A way in, and exactly one of several ways out. */
export function choosing(outputs: { name: string; label: string }[]): Ports {
  return { inputs: [input], outputs: outputs.map((port) => ({ ...port, type: "any" })), taken: "first" };
}

/** A way in, and any number of several ways out. */
export function branching(outputs: { name: string; label: string }[]): Ports {
  return { ...choosing(outputs), taken: "every" };
}

export const source: Ports = { inputs: [], outputs: [output], taken: "all" };
export const sink: Ports = { inputs: [input], outputs: [], taken: "all" };
export const none: Ports = { inputs: [], outputs: [], taken: "all" };

/** Ports are handed out as copies, since the compiler adds error ports. */
export function copyPorts(ports: Ports): Ports {
  return { ...ports, inputs: [...ports.inputs], outputs: [...ports.outputs] };
}
