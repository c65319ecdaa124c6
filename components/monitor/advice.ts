import { errorClass, type ErrorCode } from "../../engine/errors.ts";

const byCode: Partial<Record<ErrorCode, string>> = {
  INPUT_INVALID: "Start the workflow again with an input that fits its form.",
  EXPRESSION_FAILED:
    "Look at the step's input: what the expression reads may be missing. Mend it in the editor, then run again.",
  EXPRESSION_LIMIT: "Make the expression do less, or move the work to a step of its own.",
  VALUE_TOO_LARGE: "Hand on only the part that the next step needs.",
  STATE_TOO_LARGE: "Hand on smaller values, or split the workflow.",
  JOURNAL_LIMIT: "Split the work over several runs.",
  LOOP_LIMIT: "Raise the loop's most iterations, or give it a shorter list.",
  LOOP_INPUT: "Look at what the loop was given: it needs a list, or a whole number of times.",
  STEP_TIMEOUT: "Raise the step's time limit, or look at why the other side is slow. Then retry.",
  STEP_POISONED: "It took down the worker more than once. Look at the size of its input before you retry.",
  RUN_TIMEOUT: "Raise the workflow's time limit, or look at which step took so long. Then retry.",
  MODEL_RATE_LIMITED: "Wait a little and retry, or let fewer steps work at once.",
  MODEL_UNAVAILABLE: "The provider did not answer. Retry when it is back.",
  MODEL_REFUSED: "Reword what the step asks for. The same prompt is likely to be refused again.",
  MODEL_BAD_OUTPUT: "Ask for a simpler shape, or use a stronger model. Then retry.",
  MODEL_NOT_CONFIGURED: "Check the provider's key and the step's model name in the settings. Then retry.",
  HTTP_BLOCKED:
    "This address is not allowed to be called. Use a public one, or ask whoever runs this product to allow it.",
  HTTP_FAILED: "Check that the address is right and the other side is up. Then retry.",
  HTTP_STATUS:
    "The other side answered with an error: its answer says why. Mend the request, or retry when it is well again.",
  HTTP_TOO_LARGE: "Ask the other side for less.",
  APPROVAL_REJECTED:
    "Somebody turned it down: their words are with the decision. Start again with what they asked for.",
  APPROVAL_EXPIRED: "Nobody decided in time. Retry to ask again, or give more time.",
};

/** What a person can do about an error, in one sentence or two. */
export function whatToDo(code: ErrorCode): string {
  const words = byCode[code];
  if (words !== undefined) return words;
  switch (errorClass(code)) {
    case "yours":
      return "Mend what it names, then retry.";
    case "theirs":
      return "Retry. If it happens again, look at the other side.";
    case "ours":
      return "Retry. If it happens again, the log of the worker says more.";
  }
}
