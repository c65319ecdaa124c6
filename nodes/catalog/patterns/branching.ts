import { expect } from "vitest";
import { beginPattern as begin, type Story } from "./files.ts";

/** Ways that split and meet: what happens in the world, and what the run does. */
export const branching: Record<number, Story> = {
  1() {
    const run = begin(1);
    for (const step of ["a", "b", "c"]) {
      expect(run.atWork).toEqual([step]);
      run.finish(step);
    }
    return run;
  },
  2() {
    const run = begin(2);
    run.finish("a");
    expect(run.atWork).toEqual(["b", "c"]);
    run.finish("c");
    run.finish("b");
    return run;
  },
  3() {
    const run = begin(3);
    run.finish("b");
    expect(run.atWork).toEqual(["a"]);
    run.finish("a");
    run.finish("c");
    return run;
  },
  4() {
    const run = begin(4, { amount: 500 });
    expect([run.atWork, run.status("b")]).toEqual([["a"], "skipped"]);
    run.finish("a");
    return run;
  },
  5() {
    const run = begin(5, { amount: 5 });
    run.finish("b");
    expect(run.atWork).toEqual(["c"]);
    run.finish("c");
    return run;
  },
  6() {
    const run = begin(6, { a: true, b: false, c: true });
    expect(run.atWork).toEqual(["a", "c"]);
    run.finish("a");
    run.finish("c");
    return run;
  },
  7() {
    const run = begin(7, { a: true, b: false, c: true });
    run.finish("a");
    expect(run.status("d")).toBeUndefined();
    run.finish("c");
    run.finish("d");
    return run;
  },
  8() {
    const run = begin(8);
    run.finish("b");
    run.finish("c$.0.c");
    run.finish("a");
    expect(run.atWork).toEqual(["c$.0.d", "c$.1.c"]);
    for (const step of ["c$.1.c", "c$.1.d", "c$.0.d"]) run.finish(step);
    return run;
  },
  9() {
    const run = begin(9);
    run.finish("b");
    run.finish("d");
    expect([run.state.status, run.atWork]).toEqual(["running", ["a", "c"]]);
    run.finish("a");
    run.finish("c");
    expect(run.finished.filter((step) => step === "d")).toHaveLength(1);
    return run;
  },
  11() {
    const run = begin(11);
    run.finish("b");
    expect(run.state.status).toBe("running");
    run.finish("a");
    return run;
  },
  28() {
    const run = begin(28);
    run.finish("round.0.b");
    run.finish("round.0.d");
    run.finish("round.0.a");
    expect(run.atWork).toEqual(["round.0.c"]);
    run.finish("round.0.c");
    expect(run.atWork).toEqual(["round.1.a", "round.1.b", "round.1.c"]);
    for (const node of ["a", "b", "c", "d"]) run.finish(`round.1.${node}`);
    run.finish("next");
    return run;
  },
  29() {
    const run = begin(29);
    run.finish("b");
    expect([run.status("a"), run.status("c"), run.atWork]).toEqual(["cancelled", "cancelled", ["d"]]);
    run.finish("d");
    return run;
  },
  30() {
    const run = begin(30);
    run.finish("c");
    expect(run.status("d")).toBeUndefined();
    run.finish("a");
    run.finish("d");
    expect(run.state.status).toBe("running");
    run.finish("b");
    return run;
  },
  31() {
    const run = begin(31);
    for (const node of ["a", "b", "d"]) run.finish(`round.0.${node}`);
    expect(run.atWork).toEqual(["round.0.c"]);
    run.finish("round.0.c");
    for (const node of ["c", "b", "d", "a"]) run.finish(`round.1.${node}`);
    run.finish("next");
    return run;
  },
  32() {
    const run = begin(32);
    run.finish("c");
    run.finish("a");
    expect([run.status("b"), run.atWork]).toEqual(["cancelled", ["d"]]);
    run.finish("d");
    return run;
  },
  37() {
    const run = begin(37, { a: true, b: false });
    expect([run.atWork, run.status("y")]).toEqual([["x"], "skipped"]);
    run.finish("x");
    run.finish("d");
    return run;
  },
  38() {
    const run = begin(38, { a: false, b: true, c: false });
    run.finish("b");
    expect(run.atWork).toEqual(["ab", "bc"]);
    run.finish("bc");
    expect(run.status("d")).toBeUndefined();
    run.finish("ab");
    run.finish("d");
    return run;
  },
  41() {
    const run = begin(41);
    for (const index of [2, 0, 1]) {
      run.finish(`threads.${index}.a`);
      expect(run.status("next")).toBeUndefined();
      run.finish(`threads.${index}.b`);
    }
    expect(run.atWork).toEqual(["next"]);
    run.finish("next");
    return run;
  },
  42() {
    const run = begin(42);
    expect(run.atWork).toHaveLength(4);
    for (const index of [3, 2, 1, 0]) for (const node of ["a", "b"]) run.finish(`threads.${index}.${node}`);
    return run;
  },
  43() {
    const run = begin(43);
    run.finish("a");
    expect([run.output, run.status("b")]).toEqual(["done", "cancelled"]);
    return run;
  },
};
