import { describe, expect, test } from "vitest";
import { workflowFileSchema } from "../../../engine/workflow/file.ts";
import { clipOf, duplicate, paste, readClip } from "./clipboard.ts";
import { unwrap, wrap } from "./containers.ts";
import {
  addNode,
  connect,
  freshId,
  insertOnEdge,
  patchNode,
  removeNodes,
  renameId,
  reparent,
  setConfig,
} from "./edits.ts";
import { absoluteOf, sizeOf } from "./geometry.ts";
import { connectFault, nodesOf } from "./graph.ts";
import { tidy } from "./layout.ts";
import { addPicked, targetsOf, typesFor } from "./pick.ts";
import { fileOf, joints } from "./testing.ts";

const agent = (id: string, more: object = {}) => ({ id, type: "agent", config: { prompt: "x" }, ...more });
const start = { id: "start", type: "start" };
const line = fileOf(
  [start, agent("a"), agent("b", { config: { prompt: "{{ a.outputs.text }}" } }), agent("c")],
  ["start a", "a b", "b c"],
);

describe("nodes", () => {
  test("get ids that are free and mean nothing else", () => {
    expect(freshId(line, "agent")).toBe("agent");
    expect(freshId(line, "a")).toBe("a_2");
    expect(freshId(line, "loop")).toBe("loop_1");
    expect(freshId(line, "Legal review!")).toBe("Legal_review");
    expect(freshId(line, "42")).toBe("step");
  });

  test("are added where they overlap nothing", () => {
    const once = addNode(line, { type: "agent", position: { x: 0, y: 0 } });
    const { position } = nodesOf(once.file).get(once.id)!;
    expect(position.y).toBeGreaterThan(0);
    expect(workflowFileSchema.safeParse(once.file).success).toBe(true);
  });

  test("are deleted with what they hold; healing joins what is left", () => {
    expect(joints(removeNodes(["b"])(line))).toEqual(["start a"]);
    expect(joints(removeNodes(["b"], true)(line))).toEqual(["a c", "start a"]);
    expect(joints(removeNodes(["a", "b"], true)(line))).toEqual(["start c"]);
    const nested = fileOf([start, { id: "each", type: "parallel" }, agent("x", { parentId: "each" })], ["start each"]);
    expect(removeNodes(["each"])(nested).nodes.map(({ id }) => id)).toEqual(["start"]);
  });

  test("are renamed with all that reads them", () => {
    const renamed = renameId("a", "first")(line);
    expect(joints(renamed)).toEqual(["b c", "first b", "start first"]);
    expect(nodesOf(renamed).get("b")!.config["prompt"]).toBe("{{ first.outputs.text }}");
    expect(nodesOf(renamed).get("c")).toBe(nodesOf(line).get("c"));
  });

  test("lose fields that are cleared", () => {
    const timed = patchNode("a", { timeoutMs: 1_000 })(line);
    expect("timeoutMs" in nodesOf(patchNode("a", { timeoutMs: undefined })(timed)).get("a")!).toBe(false);
  });
});

describe("edges", () => {
  test("are refused with the reason", () => {
    const joint = (source: string, target: string) => ({ source, sourcePort: "out", target, targetPort: "in" });
    expect(connectFault(line, joint("c", "a"))).toMatch(/circle/);
    expect(connectFault(line, joint("a", "a"))).toMatch(/itself/);
    expect(connectFault(line, joint("a", "b"))).toMatch(/already/);
    expect(connectFault(line, joint("a", "start"))).toMatch(/input/);
    expect(connectFault(line, joint("a", "c"))).toBeNull();
    expect(connect(joint("c", "a"))(line)).toBe(line);
    const nested = fileOf([start, { id: "p", type: "parallel" }, agent("x", { parentId: "p" })], ["start p"]);
    expect(connectFault(nested, joint("start", "x"))).toMatch(/different containers/);
  });

  test("take a node in between", () => {
    const { file } = addNode(line, { type: "transform", position: { x: 0, y: 400 } });
    expect(joints(insertOnEdge("e2", "transform")(file))).toEqual(["a transform", "b c", "start a", "transform b"]);
  });

  test("follow a port that is renamed and go with one that is taken out", () => {
    const cases = (...ports: string[]) => ({
      mode: "first",
      cases: ports.map((port) => ({ port, when: "{{ true }}" })),
    });
    const file = fileOf(
      [start, { id: "s", type: "switch", config: cases("yes", "no") }, agent("x"), agent("y")],
      ["start s", "s x yes", "s y no"],
    );
    expect(joints(setConfig("s", cases("ja", "no"))(file))).toEqual(["s x ja", "s y no", "start s"]);
    expect(joints(setConfig("s", cases("no"))(file))).toEqual(["s y no", "start s"]);
    // While a setting is being typed the node does not parse; its edges wait for it.
    expect(setConfig("x", { prompt: "" })(file).edges).toEqual(file.edges);
  });
});

describe("containers", () => {
  const nested = fileOf(
    [
      start,
      { id: "box", type: "parallel", position: { x: 400, y: 100 } },
      agent("x", { position: { x: 500, y: 200 } }),
      agent("y"),
    ],
    ["start box", "x y"],
  );

  test("take nodes in and let them out at the same place of the canvas", () => {
    const inside = reparent(["x"], "box")(nested);
    expect(absoluteOf(inside, "x")).toEqual({ x: 500, y: 200 });
    expect(nodesOf(inside).get("x")!.parentId).toBe("box");
    expect(joints(inside)).toEqual(["start box"]);
    expect(absoluteOf(reparent(["x"], null)(inside), "x")).toEqual({ x: 500, y: 200 });
    expect(reparent(["box"], "box")(nested)).toBe(nested);
  });

  test("grow with what they hold", () => {
    const far = reparent(["x"], "box")(nested);
    const wide = {
      ...far,
      nodes: far.nodes.map((node) => (node.id === "x" ? { ...node, position: { x: 900, y: 60 } } : node)),
    };
    expect(sizeOf(wide, nodesOf(wide).get("box")!).width).toBeGreaterThan(1_100);
  });

  test("are put around nodes and taken away again", () => {
    const wrapped = wrap(line, ["a", "b"], "loop");
    expect(wrapped?.id).toBe("loop_1");
    expect(joints(wrapped!.file)).toEqual(["a b", "loop_1 c", "start loop_1"]);
    expect(absoluteOf(wrapped!.file, "a")).toEqual(absoluteOf(line, "a"));
    expect(wrap(line, ["start", "a"], "loop")).toBeNull();
    const again = unwrap(wrapped!.file, "loop_1");
    expect(joints(again!.file)).toEqual(joints(line));
    expect(nodesOf(again!.file).get("a")!.parentId).toBeNull();
  });
});

describe("the clipboard", () => {
  test("carries nodes into another workflow, references and all", () => {
    const clip = readClip(JSON.stringify(clipOf(line, ["a", "b"])));
    const other = fileOf([start, agent("a"), agent("b")]);
    const pasted = paste(other, clip!, { x: 0, y: 500 }, null);
    expect(pasted.ids).toEqual(["a_2", "b_2"]);
    expect(joints(pasted.file)).toEqual(["a_2 b_2"]);
    expect(nodesOf(pasted.file).get("b_2")!.config["prompt"]).toBe("{{ a_2.outputs.text }}");
    expect(workflowFileSchema.safeParse(pasted.file).success).toBe(true);
  });

  test("takes a whole workflow file, without a second start", () => {
    const pasted = paste(line, readClip(JSON.stringify(line))!, { x: 0, y: 900 }, null);
    expect(pasted.file.nodes.filter(({ type }) => type === "start")).toHaveLength(1);
  });

  test("refuses everything else", () => {
    expect(readClip("hello")).toBeNull();
    expect(readClip("{")).toBeNull();
    expect(readClip('{"baton":"nodes","nodes":[]}')).toBeNull();
    expect(readClip(`{"x":"${"a".repeat(1_000_001)}"}`)).toBeNull();
  });

  test("duplicates beside the original", () => {
    const made = duplicate(line, ["b"]);
    expect(made?.ids).toEqual(["b_2"]);
    expect(nodesOf(made!.file).get("b_2")!.config["prompt"]).toBe("{{ a.outputs.text }}");
  });
});

describe("picking", () => {
  test("offers what can stand there", () => {
    expect(typesFor(line, { kind: "add" }).map(({ type }) => type)).not.toContain("start");
    const between = typesFor(line, { kind: "edge", edge: "e1" }).map(({ type }) => type);
    expect(between).toContain("agent");
    expect(between).not.toContain("output");
    expect(between).not.toContain("note");
  });

  test("adds after what is chosen, joined to it, and makes room on an edge", () => {
    const around = { chosen: "c", middle: { x: 0, y: 0 } };
    expect(joints(addPicked(line, "output", { kind: "add" }, around).file)).toContain("c output");
    const made = addPicked(tidy(line), "transform", { kind: "edge", edge: "e2" }, around);
    expect(joints(made.file)).toEqual(["a transform", "b c", "start a", "transform b"]);
  });

  test("replaces a node and keeps its ways", () => {
    const made = addPicked(line, "approval", { kind: "replace", node: "b" }, { chosen: null, middle: { x: 0, y: 0 } });
    expect(joints(made.file)).toEqual(["a b", "b c approve", "start a"]);
  });

  test("connects to what can follow only", () => {
    expect(targetsOf(line, "a").map(({ id }) => id)).toEqual(["c"]);
  });
});

describe("tidying", () => {
  test("puts layers from left to right, containers around what they hold", () => {
    const file = tidy(
      fileOf(
        [
          start,
          { id: "p", type: "parallel" },
          agent("x", { parentId: "p" }),
          agent("y", { parentId: "p" }),
          agent("z"),
        ],
        ["start p", "p z"],
      ),
    );
    const at = (id: string) => absoluteOf(file, id);
    expect(at("start").x).toBeLessThan(at("p").x);
    expect(at("p").x + sizeOf(file, nodesOf(file).get("p")!).width).toBeLessThan(at("z").x);
    expect(Math.abs(at("x").y - at("y").y)).toBeGreaterThan(40);
    expect(nodesOf(file).get("x")!.position.x).toBeGreaterThan(0);
  });
});
