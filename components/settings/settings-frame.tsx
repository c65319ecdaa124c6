"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { may } from "../records/organization.ts";
import { PageHeader } from "../shell/page-header.tsx";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { classNames } from "../ui/class-names.ts";

interface SettingsPlace {
  href: string;
  label: string;
  /** Who finds something to do there. */
  for: "everyone" | "build" | "administer";
}

const organizationPlaces: readonly SettingsPlace[] = [
  { href: "/settings", label: "Organisation", for: "everyone" },
  { href: "/settings/members", label: "Members", for: "everyone" },
  { href: "/settings/models", label: "Models", for: "build" },
  { href: "/settings/credentials", label: "Credentials", for: "build" },
  { href: "/settings/limits", label: "Limits", for: "build" },
  { href: "/settings/api-keys", label: "API keys", for: "administer" },
];

const ownPlaces: readonly SettingsPlace[] = [{ href: "/settings/profile", label: "Profile", for: "everyone" }];

/** All settings under one roof: their places at the left, on narrow screens in a row above. */
export function SettingsFrame({ children }: { children: ReactNode }) {
  const { organization } = useWorkspace();
  const path = usePathname();
  const shown = (place: SettingsPlace): boolean => place.for === "everyone" || may(organization.role, place.for);
  return (
    <>
      <PageHeader title="Settings" />
      <div className="mx-auto flex w-full max-w-5xl flex-col gap-4 p-4 md:flex-row md:gap-8">
        <nav
          aria-label="Settings"
          className="-mx-4 shrink-0 overflow-x-auto px-4 md:mx-0 md:w-44 md:overflow-visible md:px-0"
        >
          <div className="flex gap-4 md:sticky md:top-16 md:flex-col">
            <Group title={organization.name} places={organizationPlaces.filter(shown)} path={path} />
            <Group title="You" places={ownPlaces} path={path} />
          </div>
        </nav>
        <div className="grid min-w-0 flex-1 content-start gap-4">{children}</div>
      </div>
    </>
  );
}

function Group({ title, places, path }: { title: string; places: readonly SettingsPlace[]; path: string }) {
  return (
    <div className="flex gap-1 md:grid">
      <p className="hidden truncate px-2 pb-1 text-xs font-medium text-subtle md:block">{title}</p>
      {places.map(({ href, label }) => {
        const here = path === href;
        return (
          <Link
            key={href}
            href={href}
            aria-current={here ? "page" : undefined}
            className={classNames(
              "flex h-7 items-center rounded-md px-2 text-sm whitespace-nowrap transition-colors",
              here ? "bg-selected font-medium text-ink" : "text-muted hover:bg-hover hover:text-ink",
            )}
          >
            {label}
          </Link>
        );
      })}
    </div>
  );
}
