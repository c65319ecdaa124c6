import { fileURLToPath } from "node:url";

/** The project's folder, in which every child runs. */
export const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

const lifelinePath = fileURLToPath(new URL("./lifeline.ts", import.meta.url));

/** Node arguments that tie a script to the supervisor's life. */
export function nodeArgs(script: string, ...args: string[]): string[] {
  return ["--disable-warning=ExperimentalWarning", "--import", lifelinePath, script, ...args];
}

/** For `spawn`: Next's types narrow NODE_ENV in every environment of the project, also in those of other programs. */
export function spawnEnvironment(env: Record<string, string>): NodeJS.ProcessEnv {
  return env as NodeJS.ProcessEnv;
}
