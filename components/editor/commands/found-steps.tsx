import type { Found } from "../../commands/command.ts";
import { NodeIcon } from "../canvas/node-icon.tsx";
import type { EditorParts } from "../editor-context.tsx";
import { nameOf } from "../store/graph.ts";

const most = 12;

/** Steps of the drawing whose names hold these words, to be gone to. */
export function foundSteps({ editor, actions }: EditorParts, wanted: string): Found[] {
  if (wanted === "") return [];
  return editor.state.file.nodes
    .filter((node) => `${nameOf(node)} ${node.id}`.toLowerCase().includes(wanted))
    .slice(0, most)
    .map((node) => ({
      key: `node-${node.id}`,
      title: nameOf(node),
      words: "Go to",
      icon: <NodeIcon node={node} className="size-6 [&_svg]:size-3.5" />,
      go() {
        editor.goTo(node.id);
        actions.canvas?.reveal(node.id);
      },
    }));
}
