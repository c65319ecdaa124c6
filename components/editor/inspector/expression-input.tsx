"use client";

import { useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { FieldControl } from "../../ui/field.tsx";
import { Textarea } from "../../ui/input.tsx";
import { classNames } from "../../ui/class-names.ts";
import { complete, insertReference, offersFor, spotAt } from "../expression/completion.ts";
import { hasExpression } from "../expression/preview.ts";
import { CompletionList } from "./completion-list.tsx";
import { ExpressionPreview } from "./expression-preview.tsx";
import { useInspector } from "./inspector-context.tsx";

/** Longer texts stand in a field of a fixed height. */
const mostMeasured = 20_000;

interface ExpressionInputProps {
  control?: FieldControl;
  /** Read out where no visible label names the field. */
  label?: string;
  value: string;
  onChange(value: string): void;
  long?: boolean;
  placeholder?: string;
}

/**
 * A text that may hold `{{ expressions }}`. Inside of the braces it completes what is in scope; below it stands what it gives with the
 * values of the last run.
 */
export function ExpressionInput({ control, label, value, onChange, long = false, placeholder }: ExpressionInputProps) {
  const { scope, readOnly, setTarget } = useInspector();
  const field = useRef<HTMLTextAreaElement>(null);
  const [place, setPlace] = useState<{ cursor: number } | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [chosen, setChosen] = useState(0);
  const [dismissed, setDismissed] = useState(false);
  const listId = useId();

  const spot = cursor === null || dismissed ? null : spotAt(value, cursor);
  const typed = spot?.typed ?? null;
  const offers = useMemo(() => (typed === null ? [] : offersFor(scope, typed)), [scope, typed]);
  const open = offers.length > 0;

  // React puts the cursor at the end of what it writes; here it belongs behind what was taken.
  useLayoutEffect(() => {
    if (place !== null) field.current?.setSelectionRange(place.cursor, place.cursor);
  }, [place]);

  function write(next: { text: string; cursor: number }) {
    setPlace({ cursor: next.cursor });
    setCursor(next.cursor);
    setChosen(0);
    onChange(next.text);
  }

  function take(index: number) {
    const offer = offers[index];
    if (offer === undefined || spot === null) return;
    write(complete(value, spot, offer.path));
    setDismissed(true);
  }

  function press(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (!open) return;
    switch (event.key) {
      case "ArrowDown":
        setChosen((chosen + 1) % offers.length);
        break;
      case "ArrowUp":
        setChosen((chosen - 1 + offers.length) % offers.length);
        break;
      case "Enter":
      case "Tab":
        if (event.shiftKey || event.metaKey || event.ctrlKey) return;
        take(chosen);
        break;
      case "Escape":
        setDismissed(true);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div className="relative grid min-w-0 gap-1">
      <Textarea
        {...(control === undefined ? { "aria-label": label } : withoutRequired(control))}
        ref={field}
        rows={long ? 4 : 1}
        value={value}
        readOnly={readOnly}
        placeholder={placeholder}
        spellCheck={!hasExpression(value)}
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={open ? listId : undefined}
        aria-activedescendant={open ? `${listId}-${chosen}` : undefined}
        className={classNames(
          "min-h-8 resize-none text-sm",
          // Measuring what was pasted in by the megabyte would hold up every key.
          value.length > mostMeasured ? "h-96" : "field-sizing-content max-h-96",
          hasExpression(value) && "font-mono text-xs leading-5",
          long && "min-h-24",
        )}
        onChange={(event) => {
          setDismissed(false);
          setChosen(0);
          setCursor(event.target.selectionStart);
          onChange(event.target.value);
        }}
        onSelect={(event) => setCursor(event.currentTarget.selectionStart)}
        onFocus={(event) => {
          setCursor(event.currentTarget.selectionStart);
          setTarget({
            insert: (path) => {
              const at = field.current?.selectionStart ?? value.length;
              field.current?.focus();
              write(insertReference(field.current?.value ?? value, at, path));
            },
          });
        }}
        onBlur={() => setCursor(null)}
        onKeyDown={press}
      />
      {open && <CompletionList id={listId} offers={offers} chosen={chosen} onTake={take} onHover={setChosen} />}
      {hasExpression(value) && <ExpressionPreview value={value} />}
    </div>
  );
}

function withoutRequired({ required: _required, ...rest }: FieldControl) {
  return rest;
}
