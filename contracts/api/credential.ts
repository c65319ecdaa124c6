import { z } from "zod";
import { idSchema, momentSchema } from "./common.ts";

/** How a credential proves who calls: a token, user and password, a key in a header, or a key in the address. */
export const credentialKindSchema = z.enum(["bearer", "basic", "header", "query"]);
export type CredentialKind = z.infer<typeof credentialKindSchema>;

export const credentialNamePattern = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$/;

/** A host a credential may be sent to: a name, `*.` and a name, an address, each with a port where it is not the usual one. */
const hostPattern =
  /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/;

const hostSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(hostPattern, "must be a host such as api.example.com, without https:// and without a path");
const hostsSchema = z.array(hostSchema).min(1, "name at least one host").max(20);

/** Short ones could not be masked in texts without hiding half of the words. */
const secretSchema = z
  .string()
  .min(6, "must have at least 6 characters")
  .max(8_000)
  .regex(/^[^\p{Cc}]+$/u, "must be one line");

const common = {
  name: z
    .string()
    .trim()
    .regex(credentialNamePattern, "must begin with a letter or digit and hold letters, digits, spaces, dots, - and _"),
  hosts: hostsSchema,
  secret: secretSchema,
};

const headerName = z
  .string()
  .trim()
  .max(200)
  .regex(/^[!#$%&'*+.^_`|~\w-]+$/, "must be the name of a header, such as X-API-Key");

export const createCredentialSchema = z.discriminatedUnion("kind", [
  z.strictObject({ ...common, kind: z.literal("bearer"), field: z.null().default(null) }),
  z.strictObject({
    ...common,
    kind: z.literal("basic"),
    field: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^\p{Cc}:]+$/u, "must be a user name without a colon"),
  }),
  z.strictObject({ ...common, kind: z.literal("header"), field: headerName.default("X-API-Key") }),
  z.strictObject({
    ...common,
    kind: z.literal("query"),
    field: z
      .string()
      .trim()
      .regex(/^[\w.-]{1,100}$/, "must be the name of a parameter, such as api_key"),
  }),
]);
export type CreateCredential = z.infer<typeof createCredentialSchema>;

/** Hosts change only together with the secret: who cannot see it must not send it elsewhere either. */
export const rotateCredentialSchema = z.strictObject({ secret: secretSchema, hosts: hostsSchema.optional() });
export type RotateCredential = z.infer<typeof rotateCredentialSchema>;

/** What is told of a credential. Its secret is told to nobody. */
export const credentialSchema = z.strictObject({
  id: idSchema,
  name: z.string(),
  kind: credentialKindSchema,
  /** The header, the parameter or the user. */
  field: z.string().nullable(),
  hosts: z.array(z.string()),
  createdAt: momentSchema,
  rotatedAt: momentSchema.nullable(),
  lastUsedAt: momentSchema.nullable(),
  /** Workflows whose draft or published version names it. */
  usedBy: z.array(z.strictObject({ id: idSchema, name: z.string() })),
});
export type Credential = z.infer<typeof credentialSchema>;

export const credentialListSchema = z.strictObject({ items: z.array(credentialSchema) });
