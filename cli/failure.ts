/** What the process ends with: the contract of the command line. */
export const exitCodes = { success: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Something that a person has to know, already in their words. It is shown without a stack. */
export class CliFailure extends Error {
  override name = "CliFailure";
  readonly exitCode: number;
  constructor(message: string, exitCode: number = exitCodes.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The command was typed in a way that cannot be meant. */
export function wrongUsage(message: string): CliFailure {
  return new CliFailure(message, exitCodes.usage);
}
