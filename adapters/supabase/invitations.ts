import { z } from "zod";
import { roleSchema } from "../../contracts/api/common.ts";
import {
  invitationSchema,
  linkedInvitationSchema,
  type Invitation,
  type LinkedInvitation,
} from "../../contracts/api/invitation.ts";
import { auditFrom, auditParameter, type AuditEntry } from "./audit.ts";
import { moment } from "./moment.ts";
import type { Pool } from "./pool.ts";

const columns = `i.id, i.email, i.role, i.invited_by_label as "invitedBy", ${moment("i.created_at", "createdAt")},
  ${moment("i.expires_at", "expiresAt")}, ${moment("i.sent_at", "sentAt")}`;
const open = "i.accepted_at is null and i.revoked_at is null";

interface NewInvitation extends Pick<Invitation, "id" | "email" | "role" | "invitedBy"> {
  orgId: string;
  tokenHash: Uint8Array;
  invitedById: string | null;
  lastsMs: number;
}

const acceptedSchema = z.object({
  outcome: z.enum(["accepted", "member", "used", "revoked", "expired", "withdrawn", "other-account", "missing"]),
  orgId: z.string().nullable(),
  role: roleSchema.nullable(),
});

/** Invitations on Postgres: only the hashes of their links are stored. */
export class InvitationTable {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async list(orgId: string): Promise<Invitation[]> {
    const { rows } = await this.#pool.query(
      `select ${columns} from public.invitations i where i.org_id = $1 and ${open} order by i.created_at desc limit 500`,
      [orgId],
    );
    return z.array(invitationSchema).parse(rows);
  }

  /** "open" when the address has one already, "member" when it belongs to a member. One that has expired makes room. */
  async insert(given: NewInvitation, audit: AuditEntry): Promise<Invitation | "open" | "member"> {
    const member = await this.#pool.query(
      `select 1 from public.memberships m join public.profiles p on p.id = m.user_id
       where m.org_id = $1 and lower(p.email) = $2`,
      [given.orgId, given.email],
    );
    if (member.rowCount !== 0) return "member";
    await this.#pool.query(
      `update public.invitations i set revoked_at = now()
       where i.org_id = $1 and i.email = $2 and ${open} and i.expires_at <= now()`,
      [given.orgId, given.email],
    );
    const { rows } = await this.#pool.query(
      `with i as (
         insert into public.invitations (id, org_id, email, role, token_hash, invited_by, invited_by_label, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, now() + $8 * interval '1 millisecond')
         on conflict (org_id, email) where accepted_at is null and revoked_at is null do nothing returning *
       ), recorded as (${auditFrom("i", 9)})
       select ${columns} from i`,
      [
        given.id,
        given.orgId,
        given.email,
        given.role,
        given.tokenHash,
        given.invitedById,
        given.invitedBy,
        given.lastsMs,
        auditParameter(audit),
      ],
    );
    return rows[0] === undefined ? "open" : invitationSchema.parse(rows[0]);
  }

  /** Gives an open invitation a new link, under the name of who sends it again; the old link is dead. */
  async renew(
    orgId: string,
    id: string,
    by: { tokenHash: Uint8Array; lastsMs: number; invitedBy: string; invitedById: string | null },
    audit: AuditEntry,
  ): Promise<Invitation | null> {
    const { rows } = await this.#pool.query(
      `with i as (
         update public.invitations i set token_hash = $3, expires_at = now() + $4 * interval '1 millisecond',
           invited_by = $5, invited_by_label = $6, sent_at = null
         where i.org_id = $1 and i.id = $2 and ${open} returning i.*
       ), recorded as (${auditFrom("i", 7)})
       select ${columns} from i`,
      [orgId, id, by.tokenHash, by.lastsMs, by.invitedById, by.invitedBy, auditParameter(audit)],
    );
    return rows[0] === undefined ? null : invitationSchema.parse(rows[0]);
  }

  async get(orgId: string, id: string): Promise<Invitation | null> {
    const { rows } = await this.#pool.query(
      `select ${columns} from public.invitations i where i.org_id = $1 and i.id = $2 and ${open}`,
      [orgId, id],
    );
    return rows[0] === undefined ? null : invitationSchema.parse(rows[0]);
  }

  async sent(id: string): Promise<void> {
    await this.#pool.query("update public.invitations set sent_at = now() where id = $1", [id]);
  }

  async revoke(orgId: string, id: string, audit: AuditEntry): Promise<Invitation | null> {
    const { rows } = await this.#pool.query(
      `with i as (
         update public.invitations i set revoked_at = now() where i.org_id = $1 and i.id = $2 and ${open} returning i.*
       ), recorded as (${auditFrom("i", 3)})
       select ${columns} from i`,
      [orgId, id, auditParameter(audit)],
    );
    return rows[0] === undefined ? null : invitationSchema.parse(rows[0]);
  }

  async organizationName(orgId: string): Promise<string | null> {
    const { rows } = await this.#pool.query<{ name: string }>("select name from public.organizations where id = $1", [
      orgId,
    ]);
    return rows[0]?.name ?? null;
  }

  async behindLink(tokenHash: Uint8Array): Promise<LinkedInvitation | null> {
    const { rows } = await this.#pool.query(
      `select o.name as organization, i.role, i.email, i.invited_by_label as "invitedBy", ${moment("i.expires_at", "expiresAt")},
         case when i.accepted_at is not null then 'used' when i.revoked_at is not null then 'revoked'
           when i.expires_at <= now() then 'expired' else 'open' end as state
       from public.invitations i join public.organizations o on o.id = i.org_id where i.token_hash = $1`,
      [tokenHash],
    );
    return rows[0] === undefined ? null : linkedInvitationSchema.parse(rows[0]);
  }

  async accept(
    tokenHash: Uint8Array,
    userId: string,
    origin: { ip: string | null; userAgent: string | null },
  ): Promise<z.infer<typeof acceptedSchema>> {
    const { rows } = await this.#pool.query<{ result: unknown }>(
      "select public.accept_invitation($1, $2, $3::inet, $4) as result",
      [tokenHash, userId, origin.ip, origin.userAgent],
    );
    return acceptedSchema.parse(rows[0]?.result);
  }
}
