"use client";

import { useMemo, useState } from "react";
import { Button } from "../ui/button.tsx";
import { FormattedText } from "../ui/formatted-text.tsx";
import { pieces } from "./prose.ts";

/** Formatted or plain text of any length: a screenful or two at first, more on request, so that ten megabytes do not freeze the page. */
export function LongText({ text, as }: { text: string; as: "formatted" | "plain" }) {
  const parts = useMemo(() => pieces(text), [text]);
  const [asked, setAsked] = useState({ text, parts: 1 });
  const count = asked.text === text ? asked.parts : 1;
  const left = parts.slice(count).reduce((sum, part) => sum + part.length, 0);
  return (
    <div className="grid min-w-0 gap-2">
      {parts.slice(0, count).map((part, index) =>
        as === "formatted" ? (
          <FormattedText key={index} text={part} />
        ) : (
          <pre key={index} className="font-mono text-xs break-words whitespace-pre-wrap" dir="auto">
            {part}
          </pre>
        ),
      )}
      {left > 0 && (
        <Button className="justify-self-start" onClick={() => setAsked({ text, parts: count + 1 })}>
          Show more ({left.toLocaleString("en")} characters left)
        </Button>
      )}
    </div>
  );
}
