import { App, getAuthSchemaSql, getStorageSchemaSql, setExperimental } from "@supabase/lite";
import { createPostgresConnection, type PostgresConnection } from "@supabase/lite/postgres";
import { createTransport } from "nodemailer";
import { fileURLToPath } from "node:url";
import { FileStorage } from "./file-storage.ts";

/**
 * The one file that knows `@supabase/lite`: Auth, the Data API and Storage of the embedded Supabase, as one function
 * from a request to an answer. Replacing lite, or leaving it, means rewriting this file.
 */
export interface LiteOptions {
  databaseUrl: string;
  jwtSecret: string;
  publishableKey: string;
  secretKey: string;
  /** The web app: links in mails lead there, and only there may a sign-in redirect. */
  publicUrl: string;
  /** This server as seen from outside, for links that Auth itself has to answer. */
  supabaseUrl: string;
  storageFolder: string;
  smtpUrl: string;
  mailFrom: string;
}

export interface Lite {
  handle(request: Request): Promise<Response>;
  /** Forgets what it knows of the database's tables, after they have changed. */
  forgetSchema(): Promise<void>;
  close(): Promise<void>;
}

const accessTokenSeconds = 600;

/** The tables of Auth and Storage, to be made before the first migration. */
export function accountTablesSql(): string {
  return `${getAuthSchemaSql(false)}\n${getStorageSchemaSql(false)}`;
}

/** @throws Error when this version of lite lacks the switch by which we keep its hands off the tables' rights */
export async function createLite(options: LiteOptions): Promise<Lite> {
  setExperimental("storage", true);
  const connection = createPostgresConnection({ url: options.databaseUrl, postgresOptions: { max: 20 } });
  keepTableRights(connection);
  const app = new App({
    connection,
    api: {
      schemas: ["public"],
      extra_search_path: ["public", "extensions"],
      max_rows: 1000,
      external_url: options.supabaseUrl,
    },
    auth: {
      enabled: true,
      jwt_secret: options.jwtSecret,
      jwt_expiry: accessTokenSeconds,
      publishable_key: options.publishableKey,
      secret_key: options.secretKey,
      site_url: options.publicUrl,
      additional_redirect_urls: [options.publicUrl, `${options.publicUrl}/reset-password`],
      enable_signup: true,
      enable_refresh_token_rotation: true,
      refresh_token_reuse_interval: 10,
      minimum_password_length: 8,
      email: {
        enable_signup: true,
        enable_confirmations: false,
        // Asked of both addresses, lite takes the old one's word alone. What counts is that the new one is theirs:
        // invitations and approvals go by it. A hosted Supabase asks both (supabase/config.toml).
        double_confirm_changes: false,
        template: {
          recovery: {
            subject: "Choose a new password for Baton",
            content_path: fileURLToPath(new URL("./mails/recovery.html", import.meta.url)),
          },
        },
      },
    },
    storage: { enabled: true, file_size_limit: "10MiB" },
    studio: { enabled: false },
    options: {
      // Admin mode would serve requests without a key as service_role. It stays off, whatever lite's defaults become.
      server: { admin: false, disableStudio: true, disableFallback: true },
      drivers: { email: mailer(options) },
    },
  });
  app._storageAdapter = new FileStorage(options.storageFolder);
  await app.init();
  if (app.adminMode) throw new Error("The embedded Supabase would serve requests without a key. It was not started.");
  return {
    handle: (request) => app.fetch(request, { peerAddress: null }),
    forgetSchema: () => connection.clearSchemaCache(),
    close: () => connection.close(),
  };
}

/**
 * Left alone, lite looks once whether any table has row-level security. If none has, it answers every request with the
 * server's own rights; if one has, it grants everything on all tables of that schema to everybody, which would undo
 * what migrations take away (columns with key hashes, for one). Here a request always runs in its caller's role, and
 * rights are given by migrations alone.
 */
function keepTableRights(connection: PostgresConnection): void {
  if (typeof Reflect.get(connection, "ensureRlsContext") !== "function") {
    throw new Error(
      "This version of @supabase/lite cannot be kept from changing table rights. Install the pinned one.",
    );
  }
  Object.defineProperty(connection, "ensureRlsContext", { value: async () => true });
}

function mailer(options: LiteOptions) {
  const transport = createTransport(options.smtpUrl);
  const deadLink = `${options.publicUrl}/auth/v1/verify`;
  // The password page is ours and takes the token itself; other links are answered by Auth, not by the web app.
  const mend = (text: string): string =>
    text
      .replaceAll(
        /\S+\/auth\/v1\/verify\?token=([\w-]+)&type=recovery\S*/g,
        `${options.publicUrl}/reset-password?token_hash=$1&type=recovery`,
      )
      .replaceAll(deadLink, `${options.supabaseUrl}/auth/v1/verify`);
  return {
    async send(message: { to: string; subject: string; text?: string; html?: string }): Promise<void> {
      await transport.sendMail({
        from: options.mailFrom,
        to: message.to,
        subject: message.subject,
        ...(message.text === undefined ? {} : { text: mend(message.text) }),
        ...(message.html === undefined
          ? {}
          : { html: message.html.replaceAll(deadLink, `${options.supabaseUrl}/auth/v1/verify`) }),
      });
    },
  };
}
