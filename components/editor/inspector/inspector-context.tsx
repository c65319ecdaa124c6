"use client";

import { createContext, useContext, type ComponentType, type ReactNode } from "react";
import type { Json, JsonObject } from "../../../engine/json.ts";
import type { Problem } from "../../../engine/workflow/plan.ts";
import type { ScopeGroup } from "../expression/scope.ts";
import type { FieldModel } from "./form-model.ts";

/** An expression field that has, or last had, the cursor: what is clicked in the input column is written there. */
export interface Insertion {
  insert(path: string): void;
}

export interface ObjectFieldsProps {
  fields: readonly FieldModel[];
  value: Readonly<Record<string, Json>>;
  /** Path inside the node. */
  path: readonly (string | number)[];
  onChange(value: Record<string, Json>): void;
}

export interface InspectorValue {
  nodeId: string;
  scope: readonly ScopeGroup[];
  /** Values of the last run by root. */
  samples: JsonObject;
  problems: readonly Problem[];
  /** Path of the node in the file: problems tell paths from there. */
  index: number;
  readOnly: boolean;
  /** Draws the fields of an object. Handed down, as objects hold lists that hold objects. */
  ObjectFields: ComponentType<ObjectFieldsProps>;
  /** The field that takes what is clicked, for as long as the inspector stands. */
  setTarget(target: Insertion): void;
}

const Context = createContext<InspectorValue | null>(null);

export function InspectorProvider({ value, children }: { value: InspectorValue; children: ReactNode }) {
  return <Context value={value}>{children}</Context>;
}

export function useInspector(): InspectorValue {
  const value = useContext(Context);
  if (value === null) throw new Error("useInspector needs an InspectorProvider above it.");
  return value;
}

/** True where nothing may be changed; a field that stands outside of an inspector can be. */
export function useReadOnly(): boolean {
  return useContext(Context)?.readOnly ?? false;
}

/** What is wrong with one field: its path inside the node, and everything below it. Null when all is well. */
export function useFieldProblem(path: readonly (string | number)[], withBelow = true): string | null {
  const { problems, index } = useInspector();
  const wanted = ["nodes", index, ...path];
  const found = problems.find(
    (problem) =>
      problem.path.length >= wanted.length &&
      (withBelow || problem.path.length === wanted.length) &&
      wanted.every((part, at) => String(problem.path[at]) === String(part)),
  );
  if (found === undefined) return null;
  // Messages begin with the node's id, which stands in the header already.
  const words = found.message.replace(/^[A-Za-z]\w*: /, "");
  // The field has its own name beside it, which is another than that in the file.
  if (/^\S+ is needed\.$/.test(words)) return "This is needed.";
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} ${found.fix}`;
}
