"use client";

import { Search } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useSyncExternalStore } from "react";
import { useCommandHub } from "../commands/commands-provider.tsx";
import { isMac, keyNames } from "../commands/keys.ts";
import { classNames } from "../ui/class-names.ts";
import { Kbd } from "../ui/kbd.tsx";
import { isInside, places, settingsPlace, type Place } from "./navigation.ts";
import { OrganizationSwitcher } from "./organization-switcher.tsx";
import { UserMenu } from "./user-menu.tsx";

interface SidebarProps {
  /** Approvals that wait for a decision; null while it is not known. */
  pending: number | null;
  /** Told when a link was followed: the drawer closes. */
  onNavigate?: () => void;
}

function SearchButton({ onNavigate }: Pick<SidebarProps, "onNavigate">) {
  const { openPalette } = useCommandHub();
  // The server does not know the keyboard: what it draws is what most have.
  const mac = useSyncExternalStore(neverChanges, isMac, () => false);
  return (
    <button
      type="button"
      onClick={() => {
        onNavigate?.();
        openPalette();
      }}
      className="mt-1 flex h-8 w-full items-center gap-2.5 rounded-md border bg-surface px-2 text-sm text-muted transition-colors hover:border-line-strong hover:text-ink md:h-7"
    >
      <Search aria-hidden className="size-4 shrink-0 text-subtle" />
      <span className="flex-1 text-left">Search</span>
      <span aria-hidden className="flex gap-0.5">
        {keyNames("Mod+k", mac).map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </span>
    </button>
  );
}

const neverChanges = () => () => undefined;

/** Organisation, places and oneself: what the frame shows at the left, and the drawer on narrow screens. */
export function Sidebar({ pending, onNavigate }: SidebarProps) {
  const path = usePathname();
  const link = (place: Place, count: number | null = null) => (
    <li key={place.href}>
      <Link
        href={place.href}
        aria-current={isInside(path, place) ? "page" : undefined}
        {...(onNavigate === undefined ? {} : { onClick: onNavigate })}
        className={classNames(
          "flex h-8 items-center gap-2.5 rounded-md px-2 text-sm font-medium text-muted transition-colors hover:bg-hover hover:text-ink md:h-7",
          isInside(path, place) && "bg-hover text-ink",
        )}
      >
        <place.icon
          aria-hidden
          className={classNames("size-4 shrink-0", isInside(path, place) ? "text-accent-text" : "text-subtle")}
        />
        <span className="flex-1">{place.label}</span>
        {count !== null && count > 0 && (
          <span
            className="figures rounded-md px-1.5 font-medium text-waiting tint"
            title={`${count} waiting for a decision`}
          >
            {count > 99 ? "99+" : count}
            <span className="sr-only"> waiting for a decision</span>
          </span>
        )}
      </Link>
    </li>
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="p-2">
        <OrganizationSwitcher />
        <SearchButton {...(onNavigate === undefined ? {} : { onNavigate })} />
      </div>
      <nav aria-label="Places" className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        <ul className="grid gap-px">
          {places.map((place) => link(place, place.href === "/approvals" ? pending : null))}
        </ul>
        <ul className="mt-4 grid gap-px border-t pt-4">{link(settingsPlace)}</ul>
      </nav>
      <div className="border-t p-2">
        <UserMenu />
      </div>
    </div>
  );
}
