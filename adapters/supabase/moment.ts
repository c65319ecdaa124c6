/** SQL for a timestamptz as ISO 8601 text in UTC with the microseconds that cursors need; null stays null. */
export function moment(column: string, name: string): string {
  return `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "${name}"`;
}

/** One row more than a page was read: tells the page, and where the next one begins. */
export function pageOf<T extends { id: string }>(
  rows: T[],
  limit: number,
  at: (row: T) => string,
): { items: T[]; next: { at: string; id: string } | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? { at: at(last), id: last.id } : null };
}
