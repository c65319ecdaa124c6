"use client";

import Link from "next/link";
import { type ComponentProps, useState } from "react";

/**
 * The link of a row in a long list. What it leads to is fetched ahead when somebody points at it or tabs to it; a plain link is
 * fetched as soon as it is in view, and a list would ask for every row at once.
 */
export function RowLink(props: Omit<ComponentProps<typeof Link>, "prefetch" | "onPointerEnter" | "onFocus">) {
  const [near, setNear] = useState(false);
  return (
    <Link
      {...props}
      prefetch={near ? "auto" : false}
      onPointerEnter={() => setNear(true)}
      onFocus={() => setNear(true)}
    />
  );
}
