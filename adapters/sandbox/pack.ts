import type { Json } from "../../engine/json.ts";
import type { Evaluation, EvaluationResult } from "../../engine/ports/sandbox.ts";
import { quote } from "./explain.ts";
import { limits } from "./limits.ts";
import type { Task } from "./message.ts";

/** A batch as it goes to a thread, and what is already decided here: `decided[i]` is null where `tasks` has the work. */
export interface Pack {
  texts: string[];
  tasks: Task[];
  decided: (EvaluationResult | null)[];
}

const identifier = /^[A-Za-z_$][\w$]*$/;

/** Words that cannot name a parameter in strict code: a node called `class` cannot be referred to by its bare name. */
const reserved = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
    "false finally for function if implements import in instanceof interface let new null package private protected " +
    "public return static super switch this throw true try typeof var void while with yield"
  ).split(" "),
);

/**
 * Packs a batch: only the roots that an expression names travel, and each distinct value is written as JSON once,
 * however many expressions read it.
 */
export function pack(evaluations: Evaluation[]): Pack {
  const texts: string[] = [];
  const known = new Map<Json, number>();
  const tasks: Task[] = [];
  const write = (value: Json): number => {
    const index = known.get(value) ?? texts.push(JSON.stringify(value) ?? "null") - 1;
    known.set(value, index);
    return index;
  };

  const decided = evaluations.map((evaluation): EvaluationResult | null => {
    const { code, scope, now, seed } = evaluation;
    if (Buffer.byteLength(code) > limits.codeBytes) {
      return refuse(`The expression is longer than ${limits.codeBytes / 1024} KB: ${quote(code)}`);
    }
    const roots = rootsOf(code, scope).map((name): [string, number] => [name, write(scope[name] ?? null)]);
    const bytes = roots.reduce((sum, [, text]) => sum + Buffer.byteLength(texts[text] ?? ""), 0);
    if (bytes > limits.scopeBytes) {
      const size = (bytes / (1 << 20)).toFixed(1);
      return refuse(
        `The expression reads ${size} MB of data (${roots.map(([name]) => name).join(", ")}); ` +
          `at most ${limits.scopeBytes / (1 << 20)} MB can be read at once: ${quote(code)}`,
      );
    }
    tasks.push({ code, roots, now, seed });
    return null;
  });
  return { texts, tasks, decided };
}

/** Names of the scope that occur in the code as words. One too many costs a little time, one too few an error. */
function rootsOf(code: string, scope: Evaluation["scope"]): string[] {
  const words = new Set(code.match(/[A-Za-z_$][\w$]*/g));
  // A name spelled with an escape (`\u0069nput`) is still that name.
  const escaped = code.includes("\\u");
  return Object.keys(scope).filter(
    (name) => (escaped || words.has(name)) && identifier.test(name) && !reserved.has(name),
  );
}

function refuse(message: string): EvaluationResult {
  return { ok: false, code: "EXPRESSION_LIMIT", message };
}
