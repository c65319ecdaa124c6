/**
 * Decision diagrams over the choices a run can make (which port a node takes). A formula is the number of a hash-consed
 * node; 0 is never, 1 is always. Two formulas are the same exactly when their numbers are, which makes "whenever A runs, B has
 * run" a cheap question with a counter-example at hand.
 */
export class Choices {
  static readonly never = 0;
  static readonly always = 1;

  private readonly variables: { node: string; alternatives: string[] }[] = [];
  /** Per formula: its variable and one child formula for each alternative. */
  private readonly formulas: { variable: number; children: number[] }[] = [
    { variable: Number.MAX_SAFE_INTEGER, children: [] },
    { variable: Number.MAX_SAFE_INTEGER, children: [] },
  ];
  private readonly known = new Map<string, number>();
  private readonly results = new Map<string, number>();

  /** Declares a choice; declare in topological order to keep formulas small. */
  declare(node: string, alternatives: string[]): number {
    return this.variables.push({ node, alternatives }) - 1;
  }

  /** The formula "this choice falls on one of these alternatives". */
  is(variable: number, accepted: (alternative: string) => boolean): number {
    const alternatives = this.variables[variable]?.alternatives ?? [];
    return this.make(
      variable,
      alternatives.map((alternative) => (accepted(alternative) ? Choices.always : Choices.never)),
    );
  }

  and(a: number, b: number): number {
    if (a === Choices.never || b === Choices.never) return Choices.never;
    if (a === Choices.always) return b;
    if (b === Choices.always || a === b) return a;
    return this.combine("&", a, b, (x, y) => this.and(x, y));
  }

  or(a: number, b: number): number {
    if (a === Choices.always || b === Choices.always) return Choices.always;
    if (a === Choices.never) return b;
    if (b === Choices.never || a === b) return a;
    return this.combine("|", a, b, (x, y) => this.or(x, y));
  }

  /** A and not B. */
  without(a: number, b: number): number {
    if (a === Choices.never || b === Choices.always || a === b) return Choices.never;
    if (b === Choices.never) return a;
    return this.combine("-", a, b, (x, y) => this.without(x, y));
  }

  /** At least `count` of the formulas hold. */
  atLeast(count: number, formulas: number[]): number {
    // rows[k] = "k or more of those seen so far hold"
    const rows: number[] = [Choices.always, ...Array.from({ length: count }, () => Choices.never)];
    for (const formula of formulas) {
      for (let k = count; k >= 1; k--) {
        rows[k] = this.or(rows[k] ?? Choices.never, this.and(rows[k - 1] ?? Choices.never, formula));
      }
    }
    return rows[count] ?? Choices.never;
  }

  /** One way to make the formula hold, as "node:alternative"; null when there is none. */
  witness(formula: number): string[] | null {
    if (formula === Choices.never) return null;
    const path: string[] = [];
    let current = formula;
    while (current !== Choices.always) {
      const node = this.formulas[current];
      const index = node?.children.findIndex((child) => child !== Choices.never) ?? -1;
      const variable = node === undefined ? undefined : this.variables[node.variable];
      if (node === undefined || variable === undefined || index < 0) return null;
      path.push(`${variable.node}:${variable.alternatives[index]}`);
      current = node.children[index] ?? Choices.never;
    }
    return path;
  }

  /** Formulas made so far: a measure of effort for callers that bound it. */
  get size(): number {
    return this.formulas.length;
  }

  private combine(operator: string, a: number, b: number, step: (x: number, y: number) => number): number {
    const key = operator === "-" || a < b ? `${a}${operator}${b}` : `${b}${operator}${a}`;
    const cached = this.results.get(key);
    if (cached !== undefined) return cached;
    const left = this.formulas[a];
    const right = this.formulas[b];
    const variable = Math.min(left?.variable ?? 0, right?.variable ?? 0);
    const alternatives = this.variables[variable]?.alternatives ?? [];
    const children = alternatives.map((_, index) =>
      step(
        left?.variable === variable ? (left.children[index] ?? 0) : a,
        right?.variable === variable ? (right.children[index] ?? 0) : b,
      ),
    );
    const result = this.make(variable, children);
    this.results.set(key, result);
    return result;
  }

  private make(variable: number, children: number[]): number {
    const first = children[0] ?? Choices.never;
    if (children.every((child) => child === first)) return first;
    const key = `${variable}:${children.join(",")}`;
    const existing = this.known.get(key);
    if (existing !== undefined) return existing;
    const formula = this.formulas.push({ variable, children }) - 1;
    this.known.set(key, formula);
    return formula;
  }
}
