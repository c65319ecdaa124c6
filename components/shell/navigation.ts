import { CircleCheckBig, House, LayoutTemplate, type LucideIcon, Play, Settings, Workflow } from "lucide-react";

export interface Place {
  href: string;
  label: string;
  icon: LucideIcon;
}

/** The product's places, in the order of the sidebar. */
export const places: readonly Place[] = [
  { href: "/home", label: "Home", icon: House },
  { href: "/workflows", label: "Workflows", icon: Workflow },
  { href: "/templates", label: "Templates", icon: LayoutTemplate },
  { href: "/runs", label: "Runs", icon: Play },
  { href: "/approvals", label: "Approvals", icon: CircleCheckBig },
];

export const settingsPlace: Place = { href: "/settings", label: "Settings", icon: Settings };

/** True where `path` is the place itself or lies inside it. */
export function isInside(path: string, place: Place): boolean {
  return path === place.href || path.startsWith(`${place.href}/`);
}
