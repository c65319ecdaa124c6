import { classNames } from "./class-names.ts";

interface AvatarProps {
  name: string;
  /** People are round; organisations and things are square. */
  shape?: "round" | "square";
  className?: string;
}

const grounds = [
  "text-accent-text",
  "text-running",
  "text-paused",
  "text-completed",
  "text-waiting",
  "text-family-people",
];

/** Initials on a tint that stays the same for the same name. */
export function Avatar({ name, shape = "round", className }: AvatarProps) {
  const words = name
    .trim()
    .split(/[\s@._-]+/u)
    .filter(Boolean);
  const initials = words
    .slice(0, shape === "square" ? 1 : 2)
    .map((word) => [...word][0] ?? "")
    .join("");
  const sum = [...name].reduce((total, character) => total + (character.codePointAt(0) ?? 0), 0);
  return (
    <span
      aria-hidden
      className={classNames(
        "tint inline-grid size-6 shrink-0 place-items-center text-2xs font-semibold uppercase select-none",
        shape === "round" ? "rounded-full" : "rounded-md",
        grounds[sum % grounds.length],
        className,
      )}
    >
      {initials === "" ? "?" : initials}
    </span>
  );
}
