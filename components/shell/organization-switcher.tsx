"use client";

import { ChevronsUpDown, Plus } from "lucide-react";
import { Avatar } from "../ui/avatar.tsx";
import { DropdownMenu, MenuItem, MenuLabel, MenuSeparator } from "../ui/dropdown-menu.tsx";
import { chooseOrganization } from "./organization-cookie.ts";
import { useWorkspace } from "./workspace-context.tsx";

/** The organisation one works in, and the way to another. */
export function OrganizationSwitcher() {
  const { organization, organizations } = useWorkspace();
  return (
    <DropdownMenu
      className="w-56"
      trigger={
        <button
          type="button"
          className="flex h-9 w-full items-center gap-2 rounded-md px-1.5 text-left text-sm font-semibold transition-colors hover:bg-hover data-[state=open]:bg-hover"
        >
          <Avatar name={organization.name} shape="square" />
          <span className="min-w-0 flex-1 truncate">{organization.name}</span>
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-subtle" />
          <span className="sr-only">Switch the organisation</span>
        </button>
      }
    >
      <MenuLabel>Organisations</MenuLabel>
      {organizations.map((each) => (
        <MenuItem
          key={each.id}
          checked={each.id === organization.id}
          onSelect={() => {
            chooseOrganization(each.id);
            // Nothing of the one may stay on the screen of the other.
            location.assign("/home");
          }}
        >
          {each.name}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem icon={<Plus aria-hidden />} onSelect={() => location.assign("/welcome")}>
        New organisation
      </MenuItem>
    </DropdownMenu>
  );
}
