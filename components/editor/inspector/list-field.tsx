"use client";

import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import type { Json } from "../../../engine/json.ts";
import { Button } from "../../ui/button.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { ExpressionInput } from "./expression-input.tsx";
import { type FieldModel, type FieldShape, firstValue } from "./form-model.ts";
import { useInspector } from "./inspector-context.tsx";

interface ListFieldProps {
  shape: Extract<FieldShape, { kind: "list" }>;
  value: Json | undefined;
  path: readonly (string | number)[];
  onChange(value: Json): void;
}

/** Things one under the other, which can be added, moved and taken out. */
export function ListField({ shape, value, path, onChange }: ListFieldProps) {
  const { readOnly } = useInspector();
  const items = Array.isArray(value) ? value : [];
  const replace = (index: number, next: Json) => onChange(items.map((item, at) => (at === index ? next : item)));
  function move(index: number, by: 1 | -1) {
    const next = items.slice();
    const [taken] = next.splice(index, 1);
    if (taken === undefined) return;
    next.splice(index + by, 0, taken);
    onChange(next);
  }
  return (
    <div className="grid gap-2">
      {items.map((item, index) => (
        // Items have no identity of their own; their place is what names them.
        <div key={index} className="rounded-md border border-line p-2.5">
          <div className="mb-2 flex items-center">
            <span className="figures flex-1 text-subtle">
              {shape.itemName} {index + 1}
            </span>
            {!readOnly && (
              <>
                <IconButton
                  label="Move up"
                  icon={<ArrowUp aria-hidden />}
                  disabled={index === 0}
                  onClick={() => move(index, -1)}
                />
                <IconButton
                  label="Move down"
                  icon={<ArrowDown aria-hidden />}
                  disabled={index === items.length - 1}
                  onClick={() => move(index, 1)}
                />
                <IconButton
                  label="Take out"
                  icon={<Trash2 aria-hidden />}
                  onClick={() => onChange(items.filter((_item, at) => at !== index))}
                />
              </>
            )}
          </div>
          <Item field={shape.item} value={item} path={[...path, index]} onChange={(next) => replace(index, next)} />
        </div>
      ))}
      {!readOnly && items.length < shape.most && (
        <Button className="justify-self-start" onClick={() => onChange([...items, fresh(shape.item, items)])}>
          <Plus aria-hidden /> Add {shape.itemName.toLowerCase()}
        </Button>
      )}
    </div>
  );
}

interface ItemProps {
  field: FieldModel;
  value: Json;
  path: readonly (string | number)[];
  onChange(value: Json): void;
}

function Item({ field, value, path, onChange }: ItemProps) {
  const { ObjectFields } = useInspector();
  if (field.shape.kind === "object") {
    const object = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
    return <ObjectFields fields={field.shape.fields} value={object} path={path} onChange={onChange} />;
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return <ExpressionInput label={`Item ${Number(path.at(-1)) + 1}`} value={text} onChange={onChange} />;
}

/** A new item whose names collide with none that is there: ports and fields are told apart by them. */
function fresh(field: FieldModel, items: readonly Json[]): Json {
  const made = firstValue(field);
  if (typeof made !== "object" || made === null || Array.isArray(made)) return made;
  const number = items.length + 1;
  const names: Record<string, string> = {
    id: `option_${number}`,
    port: `case_${number}`,
    name: `field_${number}`,
    label: `Option ${number}`,
  };
  const wanted = field.shape.kind === "object" ? field.shape.fields : [];
  return Object.fromEntries(
    Object.entries(made).map(([key, value]): [string, Json] => {
      const name = names[key];
      const isText = wanted.find((each) => each.key === key)?.shape.kind === "text";
      return [key, value === "" && isText && name !== undefined ? name : value];
    }),
  );
}
