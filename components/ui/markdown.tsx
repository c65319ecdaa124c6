import { ImageOff } from "lucide-react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { classNames } from "./class-names.ts";
import { paragraphLook, proseLook } from "./plain-prose.ts";
import { ScrollSideways } from "./scroll-sideways.tsx";
import { isTangled } from "./tangled.ts";

/**
 * The address as it may stand behind a link, or null. Only the web and mail: `javascript:`, `data:`, `vbscript:`, `file:` and
 * whatever comes next are refused by not being on the list. The URL parser strips the tabs and newlines people hide schemes with.
 */
export function safeAddress(address: string | undefined): string | null {
  if (address === undefined || address === "") return null;
  if (address.startsWith("#")) return address;
  try {
    const url = new URL(address, "https://relative.invalid");
    // A relative address would lead into our own product under words that somebody else wrote.
    if (url.hostname === "relative.invalid") return null;
    return url.protocol === "https:" || url.protocol === "http:" || url.protocol === "mailto:" ? url.href : null;
  } catch (problem) {
    if (problem instanceof TypeError) return null;
    throw problem;
  }
}

interface TextTree {
  value?: unknown;
  children?: readonly TextTree[];
}

function lettersOf(node: TextTree | undefined): number {
  if (node === undefined) return 0;
  return typeof node.value === "string"
    ? node.value.length
    : (node.children ?? []).reduce((sum, child) => sum + lettersOf(child), 0);
}

/** The least width of a cell by how much it says: a wide table scrolls sideways rather than standing a word a line. */
function roomOf(letters: number): string | undefined {
  if (letters > 60) return "min-w-[30ch]";
  return letters > 16 ? "min-w-[16ch]" : undefined;
}

const components: Components = {
  a({ href, children }) {
    const address = safeAddress(href);
    if (address === null) return <span title="This address was removed: only web and mail links open">{children}</span>;
    return (
      <a
        href={address}
        target="_blank"
        rel="noopener noreferrer nofollow"
        className="text-accent-text underline underline-offset-2"
      >
        {children}
      </a>
    );
  },
  // Loading a picture tells its owner who reads this and when, so none is loaded.
  img({ alt }) {
    return (
      <span className="inline-flex items-center gap-1 rounded-md border border-line px-1.5 text-xs text-subtle">
        <ImageOff aria-hidden className="size-3" />
        {alt === undefined || alt === "" ? "picture not loaded" : alt}
      </span>
    );
  },
  h1: ({ children }) => <h3 className="mt-5 mb-2 text-lg font-semibold first:mt-0">{children}</h3>,
  h2: ({ children }) => <h4 className="mt-5 mb-2 text-base font-semibold first:mt-0">{children}</h4>,
  h3: ({ children }) => <h5 className="mt-4 mb-1.5 text-sm font-semibold first:mt-0">{children}</h5>,
  h4: ({ children }) => <h6 className="mt-4 mb-1 text-sm font-medium first:mt-0">{children}</h6>,
  p: ({ children }) => <p className={paragraphLook}>{children}</p>,
  ul: ({ children }) => <ul className="my-2 list-disc space-y-1 pl-5 marker:text-subtle">{children}</ul>,
  ol: ({ children }) => <ol className="my-2 list-decimal space-y-1 pl-5 marker:text-subtle">{children}</ol>,
  blockquote: ({ children }) => <blockquote className="my-2 border-l-2 pl-3 text-muted">{children}</blockquote>,
  hr: () => <hr className="my-4 border-line" />,
  code: ({ children }) => <code className="rounded-[4px] bg-sunken px-1 py-0.5 font-mono text-xs">{children}</code>,
  pre: ({ children }) => (
    <ScrollSideways
      as="pre"
      label="Code"
      className="my-2 rounded-md border border-line bg-sunken p-3 [&_code]:bg-transparent [&_code]:p-0"
    >
      {children}
    </ScrollSideways>
  ),
  table: ({ children }) => (
    <ScrollSideways label="Table" className="my-3 rounded-md">
      <table className="w-full border-collapse text-xs">{children}</table>
    </ScrollSideways>
  ),
  th: ({ children }) => (
    <th className="border-b px-2 py-1.5 text-left font-medium whitespace-nowrap text-muted">{children}</th>
  ),
  td: ({ node, children }) => (
    <td className={classNames("border-b px-2 py-1.5 align-top", roomOf(lettersOf(node)))}>{children}</td>
  ),
};

/** Text that a model or a stranger wrote, formatted. No raw HTML, no pictures, no address but web and mail. */
export function Markdown({ text, className }: { text: string; className?: string }) {
  return (
    <div className={classNames(proseLook, className)} dir="auto">
      {isTangled(text) ? (
        <p className="break-words whitespace-pre-wrap">{text}</p>
      ) : (
        <ReactMarkdown remarkPlugins={[remarkGfm]} skipHtml components={components}>
          {text}
        </ReactMarkdown>
      )}
    </div>
  );
}
