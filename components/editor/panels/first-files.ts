import { nodeSchema, type WorkflowFile, type WorkflowNode } from "../../../engine/workflow/file.ts";

/** A start and an output, joined: the least that runs. The name stays. */
export function blankFile(file: WorkflowFile): WorkflowFile {
  return {
    ...file,
    nodes: [
      node("start", "start", "Start", 0, 0, {}),
      node("output", "output", "Output", 380, 0, { value: "{{ in.value }}" }),
    ],
    edges: [edge("e1", "start", "output")],
  };
}

/** A small whole workflow that runs on the demo model: one agent writes, another judges. */
export function exampleFile(file: WorkflowFile): WorkflowFile {
  return {
    ...file,
    description: "Writes a short announcement, has it judged by a second agent, and gives both.",
    input: {
      type: "object",
      required: ["topic"],
      properties: {
        topic: {
          type: "string",
          title: "What is it about?",
          default: "Our office moves to a brighter building in May",
          maxLength: 200,
        },
      },
    },
    nodes: [
      node("start", "start", "Start", 0, 0, {}),
      node("writer", "agent", "Writer", 300, 0, {
        model: null,
        instructions: "You write short, friendly announcements for colleagues.",
        prompt: "Write an announcement of at most 80 words about: {{ input.topic }}",
        outputSchema: null,
      }),
      node("critic", "agent", "Critic", 600, 0, {
        model: null,
        instructions: "You judge texts fairly.",
        prompt: "Judge this announcement in two sentences:\n\n{{ writer.outputs.text }}",
        outputSchema: null,
      }),
      node("output", "output", "Announcement", 900, 0, {
        value: { announcement: "{{ writer.outputs.text }}", judgement: "{{ critic.outputs.text }}" },
      }),
    ],
    edges: [edge("e1", "start", "writer"), edge("e2", "writer", "critic"), edge("e3", "critic", "output")],
  };
}

function node(
  id: string,
  type: string,
  name: string,
  x: number,
  y: number,
  config: WorkflowNode["config"],
): WorkflowNode {
  return nodeSchema.parse({ id, type, name, position: { x, y }, config });
}

function edge(id: string, source: string, target: string) {
  return { id, source, sourcePort: "out", target, targetPort: "in" };
}
