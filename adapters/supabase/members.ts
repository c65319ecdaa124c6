import type { Role } from "../../contracts/api/common.ts";
import { auditFrom, auditParameter, type AuditEntry } from "./audit.ts";
import type { Pool } from "./pool.ts";

/** Who belongs where, as the database has it now. */
export function createMembers(pool: Pool) {
  return {
    async membershipsOf(userId: string): Promise<{ orgId: string; orgName: string; role: Role }[]> {
      const { rows } = await pool.query<{ orgId: string; orgName: string; role: Role }>({
        name: "memberships-of",
        text: `select m.org_id as "orgId", o.name as "orgName", m.role
               from public.memberships m join public.organizations o on o.id = m.org_id
               where m.user_id = $1 order by m.created_at, m.org_id`,
        values: [userId],
      });
      return rows;
    },

    /** Ends a membership; the database keeps the last owner. */
    async leave(orgId: string, userId: string, audit: AuditEntry): Promise<boolean | "last-owner"> {
      try {
        const { rowCount } = await pool.query(
          `with m as (
             delete from public.memberships where org_id = $1 and user_id = $2 returning *
           ), recorded as (${auditFrom("m", 3)})
           select 1 from m`,
          [orgId, userId, auditParameter(audit)],
        );
        return rowCount === 1;
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "BT010") return "last-owner";
        throw error;
      }
    },

    /** The member of an organisation with this address. */
    async memberByEmail(orgId: string, email: string): Promise<{ userId: string; role: Role } | null> {
      const { rows } = await pool.query<{ userId: string; role: Role }>(
        `select m.user_id as "userId", m.role from public.memberships m join public.profiles p on p.id = m.user_id
         where m.org_id = $1 and lower(p.email) = lower($2)`,
        [orgId, email],
      );
      // Two accounts with one address would leave open who it was.
      return rows.length === 1 ? (rows[0] ?? null) : null;
    },

    async groupsOf(orgId: string, userId: string): Promise<{ id: string; name: string }[]> {
      const { rows } = await pool.query<{ id: string; name: string }>(
        `select g.id, g.name from public.group_members m join public.groups g on g.id = m.group_id
         where m.org_id = $1 and m.user_id = $2`,
        [orgId, userId],
      );
      return rows;
    },
  };
}
