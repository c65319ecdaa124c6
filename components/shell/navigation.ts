import { Bot, CircleCheckBig, House, LayoutTemplate, type LucideIcon, Play, Settings, Workflow } from "lucide-react";

export interface Place {
  href: string;
  label: string;
  icon: LucideIcon;
  /** Goes there after G. */
  letter: string;
}

/** The product's places, in the order of the sidebar. */
export const places: readonly Place[] = [
  { href: "/home", label: "Home", icon: House, letter: "h" },
  { href: "/workflows", label: "Workflows", icon: Workflow, letter: "w" },
  { href: "/templates", label: "Templates", icon: LayoutTemplate, letter: "t" },
  { href: "/runs", label: "Runs", icon: Play, letter: "r" },
  { href: "/approvals", label: "Approvals", icon: CircleCheckBig, letter: "a" },
  { href: "/agents", label: "Agents", icon: Bot, letter: "e" },
];

export const settingsPlace: Place = { href: "/settings", label: "Settings", icon: Settings, letter: "s" };

/** True where `path` is the place itself or lies inside it. */
export function isInside(path: string, place: Place): boolean {
  return path === place.href || path.startsWith(`${place.href}/`);
}
