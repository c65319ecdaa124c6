import type { Picture } from "../../contracts/api/template.ts";
import { classNames } from "../ui/class-names.ts";

const colors: Record<Picture["boxes"][number]["family"], string> = {
  trigger: "text-family-trigger",
  agent: "text-family-agent",
  logic: "text-family-logic",
  people: "text-family-people",
  data: "text-family-data",
  flow: "text-family-flow",
};

const margin = 24;
/** Below this scale a graph is drawn as blocks; above it, with the names of its nodes. */
const named = 0.45;

interface GraphPictureProps {
  picture: Picture;
  /** Names the picture for screen readers. */
  label: string;
  /** Pixels a unit of the canvas; without it, the picture fits what it stands in. */
  scale?: number;
  /** Pixels that it fits into at least, on all but the narrowest screens: enough of them, and the nodes are named there too. */
  room?: { width: number; height: number };
  className?: string;
}

/** A workflow's real graph, drawn small: boxes in the colours of their families, containers, and what leads where. */
export function GraphPicture({ picture, label, scale, room, className }: GraphPictureProps) {
  const width = picture.width + 2 * margin;
  const height = picture.height + 2 * margin;
  const drawnAt = scale ?? (room === undefined ? 0 : Math.min(room.width / width, room.height / height));
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`${-margin} ${-margin} ${width} ${height}`}
      className={classNames("block", className)}
      {...(scale === undefined ? {} : { width: width * scale, height: height * scale })}
    >
      {picture.boxes
        .filter((box) => box.container)
        .map((box, index) => (
          <rect
            key={index}
            x={box.x}
            y={box.y}
            width={box.width}
            height={box.height}
            rx={16}
            className="fill-hover stroke-line-strong"
            vectorEffect="non-scaling-stroke"
          />
        ))}
      {picture.lines.map(([x1, y1, x2, y2], index) => {
        const bend = Math.max(30, Math.abs(x2 - x1) / 2);
        return (
          <path
            key={index}
            d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
            className="fill-none stroke-control-line"
            vectorEffect="non-scaling-stroke"
          />
        );
      })}
      {picture.boxes.map((box, index) => (
        <g key={index} className={colors[box.family]}>
          {!box.container && <Block box={box} />}
          {drawnAt >= named && (
            <text
              x={box.x + (box.container ? 16 : 34)}
              y={box.y + (box.container ? 28 : box.height / 2)}
              dominantBaseline={box.container ? "auto" : "central"}
              fontSize={11 / drawnAt}
              className={classNames(box.container ? "fill-muted" : "fill-ink", scale === undefined && "max-sm:hidden")}
            >
              {shortened(box.name, ((box.width - 44) * drawnAt) / 6)}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}

function Block({ box }: { box: Picture["boxes"][number] }) {
  return (
    <>
      <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={12} className="fill-surface" />
      <rect
        x={box.x}
        y={box.y}
        width={box.width}
        height={box.height}
        rx={12}
        className="fill-current stroke-current [fill-opacity:0.14] [stroke-opacity:0.55]"
        vectorEffect="non-scaling-stroke"
      />
      <rect x={box.x + 12} y={box.y + 14} width={10} height={box.height - 28} rx={5} className="fill-current" />
    </>
  );
}

/** SVG does not cut text by itself. */
function shortened(name: string, letters: number): string {
  const room = Math.max(4, Math.floor(letters));
  return name.length <= room ? name : `${name.slice(0, room - 1).trimEnd()}…`;
}
