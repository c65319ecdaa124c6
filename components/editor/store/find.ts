import type { Json } from "../../../engine/json.ts";
import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import type { Edit } from "./edits.ts";

export interface Match {
  node: string;
  /** Path inside the node. */
  path: (string | number)[];
  /** The whole text in which it was found. */
  text: string;
}

const mostMatches = 500;

/** Every text in names and settings that holds `wanted`. */
export function findText(file: WorkflowFile, wanted: string, matchCase: boolean): Match[] {
  const found: Match[] = [];
  if (wanted === "") return found;
  const pattern = patternOf(wanted, matchCase);
  for (const node of file.nodes) {
    const look = (value: Json | undefined, path: (string | number)[]): void => {
      if (found.length >= mostMatches) return;
      if (typeof value === "string") {
        pattern.lastIndex = 0;
        if (pattern.test(value)) found.push({ node: node.id, path, text: value });
      } else if (Array.isArray(value)) value.forEach((item, index) => look(item, [...path, index]));
      else if (typeof value === "object" && value !== null) {
        for (const [key, field] of Object.entries(value)) look(field, [...path, key]);
      }
    };
    look(node.name, ["name"]);
    look(node.config, ["config"]);
  }
  return found;
}

/** Replaces the text in every name and setting. */
export function replaceText(wanted: string, by: string, matchCase: boolean): Edit {
  return (file) => {
    if (wanted === "") return file;
    const pattern = patternOf(wanted, matchCase);
    const change = (value: Json): Json => {
      // A function, as "$&" in the replacement is meant as it is written.
      if (typeof value === "string") return value.replace(pattern, () => by);
      if (Array.isArray(value)) return value.map(change);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, change(field)]));
    };
    const nodes = file.nodes.map((node) => {
      const config = change(node.config) as typeof node.config;
      const name = node.name === undefined ? undefined : String(change(node.name)).slice(0, 200);
      const same = name === node.name && JSON.stringify(config) === JSON.stringify(node.config);
      return same ? node : { ...node, config, ...(name === undefined ? {} : { name }) };
    });
    return nodes.every((node, index) => node === file.nodes[index]) ? file : { ...file, nodes };
  };
}

function patternOf(wanted: string, matchCase: boolean): RegExp {
  return new RegExp(wanted.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`), matchCase ? "g" : "gi");
}
