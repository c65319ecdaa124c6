import type { Problem } from "../../../engine/workflow/plan.ts";
import { type CheckTask, problemsOf } from "./problems-of.ts";

export interface CheckAnswer {
  problems: Problem[];
}

// Compiling a thousand nodes takes as long as many frames: it is done beside the page, which goes on drawing.
self.addEventListener("message", ({ data }: MessageEvent<CheckTask>) => {
  const answer: CheckAnswer = { problems: problemsOf(data) };
  self.postMessage(answer, {});
});
