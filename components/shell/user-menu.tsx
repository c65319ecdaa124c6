"use client";

import { Laptop, LogOut, Mail, Moon, Sun, UserRound } from "lucide-react";
import { useTheme } from "next-themes";
import { useRouter } from "next/navigation";
import { useSupabase } from "../supabase-context.tsx";
import { Avatar } from "../ui/avatar.tsx";
import { DropdownMenu, MenuItem, MenuLabel, MenuSeparator } from "../ui/dropdown-menu.tsx";
import { toast } from "../ui/toast.tsx";
import { useWorkspace } from "./workspace-context.tsx";

const themes = [
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
  { value: "system", label: "As the system", icon: Laptop },
];

/** Oneself: theme, local mailbox, sign-out. */
export function UserMenu() {
  const { user, mailbox } = useWorkspace();
  const { theme, setTheme } = useTheme();
  const supabase = useSupabase();
  const router = useRouter();

  async function signOut() {
    const { error } = await (await supabase()).auth.signOut({ scope: "local" });
    if (error === null) location.assign("/sign-in");
    else toast({ tone: "failure", title: "You are still signed in", description: error.message });
  }

  return (
    <DropdownMenu
      side="top"
      className="w-56"
      trigger={
        <button
          type="button"
          className="flex h-9 w-full items-center gap-2 rounded-md px-1.5 text-left transition-colors hover:bg-hover data-[state=open]:bg-hover"
        >
          <Avatar name={user.name} />
          <span className="min-w-0 flex-1 truncate text-sm">{user.name}</span>
          <span className="sr-only">Your account</span>
        </button>
      }
    >
      <MenuLabel>{user.email}</MenuLabel>
      <MenuItem icon={<UserRound aria-hidden />} onSelect={() => router.push("/settings/profile")}>
        Profile
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>Theme</MenuLabel>
      {themes.map(({ value, label, icon: Icon }) => (
        <MenuItem key={value} icon={<Icon aria-hidden />} checked={theme === value} onSelect={() => setTheme(value)}>
          {label}
        </MenuItem>
      ))}
      <MenuSeparator />
      {mailbox && (
        <MenuItem icon={<Mail aria-hidden />} onSelect={() => location.assign("/mailbox")}>
          Local mailbox
        </MenuItem>
      )}
      <MenuItem icon={<LogOut aria-hidden />} onSelect={() => void signOut()}>
        Sign out
      </MenuItem>
    </DropdownMenu>
  );
}
