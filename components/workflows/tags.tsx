import { classNames } from "../ui/class-names.ts";

interface TagsProps {
  tags: readonly string[];
  /** Shows what else has the tag. */
  onTag(tag: string): void;
  className?: string;
}

/** The tags of a workflow, each the way to all that have it. */
export function Tags({ tags, onTag, className }: TagsProps) {
  if (tags.length === 0) return null;
  return (
    <ul aria-label="Tags" className={classNames("flex flex-wrap gap-1", className)}>
      {tags.map((tag) => (
        <li key={tag} className="max-w-full">
          <button
            type="button"
            onClick={() => onTag(tag)}
            title={`Show all with the tag ${tag}`}
            className="block h-5 max-w-full truncate rounded-[4px] border bg-sunken px-1.5 text-2xs text-muted transition-colors hover:border-line-strong hover:text-ink"
          >
            {tag}
          </button>
        </li>
      ))}
    </ul>
  );
}
