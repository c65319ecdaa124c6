import type { Json } from "../engine/json.ts";
import { oneLine } from "../engine/mail-text.ts";

export interface SlackRequest {
  title: string;
  description: string;
  recommendation: string | null;
  about: string;
  until: string | null;
  options: readonly { id: string; label: string; kind: string }[];
  /** True when a field has to be filled in, which a button cannot. */
  needsForm: boolean;
}

/** More buttons than this do not fit a row. */
const mostButtons = 4;

/** A request as Block Kit: what is asked, and a button for each decision. `token` is the signed link's, which says which request it is. */
export function slackMessage(request: SlackRequest, token: string, url: string): { text: string; blocks: Json[] } {
  const { title, description, recommendation, about, until, options, needsForm } = request;
  const words = [
    `*${escape(oneLine(title, 200))}*`,
    escape(description.slice(0, 2_000)),
    recommendation === null ? "" : `_Recommended:_ ${escape(recommendation.slice(0, 500))}`,
  ].filter((part) => part !== "");
  const decides = needsForm || options.length > mostButtons ? [] : options;
  return {
    text: oneLine(title, 200),
    blocks: [
      { type: "section", text: { type: "mrkdwn", text: words.join("\n\n") } },
      { type: "context", elements: [{ type: "mrkdwn", text: escape([about, until].filter(Boolean).join(" ")) }] },
      {
        type: "actions",
        elements: [
          ...decides.map((option): Json => ({
            type: "button",
            action_id: `decide:${option.id}`,
            text: { type: "plain_text", text: option.label.slice(0, 75) },
            value: `${token}|${option.id}`,
            ...(option.kind === "approve" ? { style: "primary" } : option.kind === "reject" ? { style: "danger" } : {}),
          })),
          { type: "button", action_id: "show", text: { type: "plain_text", text: "Show all of it" }, url },
        ],
      },
    ],
  };
}

/** Slack's three: nothing that people wrote becomes a mention or a link. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
