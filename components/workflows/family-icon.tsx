import {
  Bot,
  Braces,
  CirclePlay,
  Columns3,
  Flag,
  GitBranch,
  Globe,
  Hourglass,
  ListChecks,
  type LucideIcon,
  Repeat,
  Route,
  Split,
  StickyNote,
  UserCheck,
  Variable,
} from "lucide-react";
import type { Family } from "../../engine/workflow/definition.ts";
import { classNames } from "../ui/class-names.ts";

const colors: Record<Family, string> = {
  trigger: "text-family-trigger",
  agent: "text-family-agent",
  logic: "text-family-logic",
  people: "text-family-people",
  data: "text-family-data",
  flow: "text-family-flow",
};

// By name, as definitions are data that also runs where nothing is drawn. Importing the whole icon set would cost 300 kB.
const icons: Record<string, LucideIcon> = {
  bot: Bot,
  braces: Braces,
  play: CirclePlay,
  "circle-play": CirclePlay,
  columns: Columns3,
  "columns-3": Columns3,
  flag: Flag,
  "git-branch": GitBranch,
  globe: Globe,
  hourglass: Hourglass,
  repeat: Repeat,
  route: Route,
  split: Split,
  "sticky-note": StickyNote,
  "user-check": UserCheck,
  variable: Variable,
};

/** The icon tile of a node type in the colour of its family. */
export function FamilyIcon({ family, icon, className }: { family: Family; icon: string; className?: string }) {
  const Icon = icons[icon] ?? ListChecks;
  return (
    <span
      aria-hidden
      className={classNames("tint grid size-7 shrink-0 place-items-center rounded-md", colors[family], className)}
    >
      <Icon className="size-4" />
    </span>
  );
}
