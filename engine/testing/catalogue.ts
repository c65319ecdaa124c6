import { z } from "zod";
import type { Behaviour, Catalogue, NodeBehaviour, Ports } from "../workflow/definition.ts";

const any = { type: "any" as const };
const input = { name: "in", label: "In", ...any };
const out = { name: "out", label: "Out", ...any };

function behaviour(
  type: string,
  kind: Behaviour,
  ports: () => Ports,
  config = z.looseObject({}),
): [string, NodeBehaviour] {
  return [type, { type, behaviour: kind, config, ports }];
}

const straight = (): Ports => ({ inputs: [input], outputs: [out], taken: "all" });
const either = (): Ports => ({
  inputs: [input],
  outputs: ["yes", "no"].map((name) => ({ name, label: name, ...any })),
  taken: "first",
});

const sink = (): Ports => ({ inputs: [input], outputs: [], taken: "all" });

/** The smallest node types that show each behaviour: tests of the engine need no real ones. */
export const testCatalogue: Catalogue = new Map([
  behaviour("start", "entry", () => ({ inputs: [], outputs: [out], taken: "all" })),
  behaviour("task", "effect", straight),
  behaviour("calc", "compute", straight),
  behaviour("choose", "compute", either),
  behaviour("gate", "approval", either),
  behaviour("pause", "wait", straight),
  behaviour("loop", "loop", straight),
  behaviour("parallel", "parallel", straight),
  behaviour("try", "try", straight),
  behaviour("call", "call", straight),
  behaviour("append", "compute", straight),
  behaviour("emit", "compute", straight),
  behaviour("break", "break", sink),
  behaviour("continue", "continue", sink),
  behaviour("finish", "end", sink),
  behaviour("end", "output", sink),
  behaviour("note", "note", () => ({ inputs: [], outputs: [], taken: "all" })),
]);
