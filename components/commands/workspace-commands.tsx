"use client";

import { Bot, CircleCheckBig, Play, Workflow } from "lucide-react";
import { useTheme } from "next-themes";
import { useRouter } from "next/navigation";
import { findByName } from "../records/find.ts";
import { places, settingsPlace } from "../shell/navigation.ts";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { useSupabase } from "../supabase-context.tsx";
import type { Command, Found } from "./command.ts";
import { useCommandHub, useCommandSource } from "./commands-provider.tsx";

const themes = [
  { value: "light", title: "Theme: light" },
  { value: "dark", title: "Theme: dark" },
  { value: "system", title: "Theme: as the system" },
];

const icons = { workflow: Workflow, run: Play, approval: CircleCheckBig, agent: Bot };
const kinds = { workflow: "Workflow", run: "Run", approval: "Approval", agent: "Agent" };

/** What can be done on every page of the workspace. Draws nothing. */
export function WorkspaceCommands() {
  const router = useRouter();
  const supabase = useSupabase();
  const { organization } = useWorkspace();
  const { setTheme } = useTheme();
  const { openPalette, openSheet } = useCommandHub();

  useCommandSource({
    commands: (): Command[] => [
      ...[...places, settingsPlace].map((place) => ({
        id: `go-${place.href.slice(1)}`,
        title: `Go to ${place.label.toLowerCase()}`,
        group: "Go",
        keys: [`g ${place.letter}`],
        run: () => router.push(place.href),
      })),
      ...themes.map(({ value, title }) => ({
        id: `theme-${value}`,
        title,
        group: "Look",
        keys: [],
        run: () => setTheme(value),
      })),
      {
        id: "commands",
        title: "Search commands, workflows, runs and approvals",
        group: "Help",
        keys: ["Mod+k"],
        whileTyping: true,
        run: openPalette,
      },
      { id: "shortcuts", title: "Keyboard shortcuts", group: "Help", keys: ["?"], run: openSheet },
    ],
    async search(wanted) {
      const things = await findByName(await supabase(), organization.id, wanted);
      return things.map((thing): Found => {
        const Icon = icons[thing.kind];
        return {
          key: `${thing.kind}-${thing.id}`,
          title: thing.title,
          words: thing.detail === "" ? kinds[thing.kind] : `${kinds[thing.kind]} · ${thing.detail}`,
          icon: <Icon aria-hidden className="size-4 shrink-0 text-subtle" />,
          go: () => router.push(thing.href),
        };
      });
    },
  });
  return null;
}
