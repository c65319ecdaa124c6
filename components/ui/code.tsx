import { classNames } from "./class-names.ts";
import { CopyButton } from "./copy-button.tsx";

/** Text in mono, as it is, with a copy button. */
export function CodeBlock({ text, label, className }: { text: string; label: string; className?: string }) {
  return (
    <div className={classNames("group relative rounded-md border border-line bg-sunken", className)}>
      <pre className="max-h-96 overflow-auto p-3 pr-10 font-mono text-xs break-words whitespace-pre-wrap">{text}</pre>
      <div className="absolute top-1.5 right-1.5">
        <CopyButton text={text} label={`Copy ${label}`} />
      </div>
    </div>
  );
}
