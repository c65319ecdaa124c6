import {
  Bot,
  Braces,
  CirclePlay,
  CircleStop,
  Columns3,
  Flag,
  Globe,
  Hourglass,
  ListChecks,
  ListPlus,
  type LucideIcon,
  OctagonX,
  Radio,
  Repeat,
  Route,
  Shield,
  SkipForward,
  Split,
  StickyNote,
  UserCheck,
  Variable,
  Workflow,
} from "lucide-react";
import type { Family } from "../../engine/workflow/definition.ts";
import type { definitions } from "../../nodes/catalog/definitions.ts";
import { classNames } from "../ui/class-names.ts";

const colors: Record<Family, string> = {
  trigger: "text-family-trigger",
  agent: "text-family-agent",
  logic: "text-family-logic",
  people: "text-family-people",
  data: "text-family-data",
  flow: "text-family-flow",
};

type IconName = (typeof definitions)[number]["icon"];

// By name, as definitions are data that also runs where nothing is drawn. Importing the whole icon set would cost 300 kB.
const icons: Record<IconName, LucideIcon> = {
  bot: Bot,
  braces: Braces,
  "circle-stop": CircleStop,
  "columns-3": Columns3,
  flag: Flag,
  globe: Globe,
  hourglass: Hourglass,
  "list-plus": ListPlus,
  "octagon-x": OctagonX,
  play: CirclePlay,
  radio: Radio,
  repeat: Repeat,
  route: Route,
  shield: Shield,
  "skip-forward": SkipForward,
  split: Split,
  "sticky-note": StickyNote,
  "user-check": UserCheck,
  variable: Variable,
  workflow: Workflow,
};
const byName: Readonly<Record<string, LucideIcon | undefined>> = icons;

/** The icon tile of a node type in the colour of its family. */
export function FamilyIcon({ family, icon, className }: { family: Family; icon: string; className?: string }) {
  const Icon = byName[icon] ?? ListChecks;
  return (
    <span
      aria-hidden
      className={classNames("tint grid size-7 shrink-0 place-items-center rounded-md", colors[family], className)}
    >
      <Icon className="size-4" />
    </span>
  );
}
