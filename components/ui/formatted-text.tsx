"use client";

import dynamic from "next/dynamic";
import { memo } from "react";
import { isPlainProse, paragraphLook, proseLook } from "./plain-prose.ts";

/** A parser of Markdown is much code for pages that mostly show none. */
const Markdown = dynamic(async () => (await import("./markdown.tsx")).Markdown);

/** Text that a model or a stranger wrote, formatted. What is on the screen is not parsed again when more is asked for. */
export const FormattedText = memo(function FormattedText({ text }: { text: string }) {
  if (!isPlainProse(text)) return <Markdown text={text} />;
  return (
    <div className={proseLook} dir="auto">
      <p className={paragraphLook}>{text}</p>
    </div>
  );
});
