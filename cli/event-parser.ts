export interface StreamMessage {
  event: string;
  data: string;
  id: string;
}

/** Takes server-sent events apart as they come in, cut anywhere. Comments (the pulse) are dropped. */
export function createParser(): { push(text: string): StreamMessage[] } {
  let rest = "";
  let current: StreamMessage = { event: "message", data: "", id: "" };
  return {
    push(text) {
      const messages: StreamMessage[] = [];
      const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "") {
          if (current.data !== "") messages.push({ ...current, data: current.data.slice(0, -1) });
          current = { event: "message", data: "", id: current.id };
          continue;
        }
        const colon = line.indexOf(":");
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "data") current.data += `${value}\n`;
        else if (field === "event") current.event = value;
        else if (field === "id") current.id = value;
      }
      return messages;
    },
  };
}
