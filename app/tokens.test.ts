import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

type Lch = [number, number, number];
type Rgb = [number, number, number];

const css = readFileSync(new URL("globals.css", import.meta.url), "utf8");

/** The colours of one theme block, by token name. */
function tokensOf(theme: "light" | "dark"): Map<string, Lch> {
  const block =
    new RegExp(`\\[data-theme="${theme}"\\] \\{([^}]*)\\}`).exec(css.slice(css.indexOf(":root")))?.[1] ?? "";
  const tokens = new Map<string, Lch>();
  for (const match of block.matchAll(/--([a-z-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\);/g)) {
    tokens.set(match[1]!, [Number(match[2]), Number(match[3]), Number(match[4])]);
  }
  return tokens;
}

/** OKLCH to linear sRGB, after the CSS Color 4 matrices. */
function toRgb([lightness, chroma, hue]: Lch): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

const gamma = (value: number) => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);
const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

/** WCAG contrast of a text on a ground which may be tinted with the text's own colour, as browsers composite: in gamma-encoded sRGB. */
function contrast(text: Lch, ground: Lch, tint = 0): number {
  const clipped = (color: Lch) => toRgb(color).map((value) => Math.min(1, Math.max(0, value))) as Rgb;
  const luminance = ([red, green, blue]: Rgb) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const ink = clipped(text);
  const under = clipped(ground).map((value, index) =>
    linear(gamma(value) * (1 - tint) + gamma(ink[index]!) * tint),
  ) as Rgb;
  const [low, high] = [luminance(ink), luminance(under)].toSorted((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const grounds = ["ground", "surface", "raised", "sunken", "hover", "selected"];
const texts = ["ink", "muted", "subtle", "accent-text"];
const states = ["queued", "running", "waiting", "retrying", "paused", "completed", "failed", "skipped", "cancelled"];
const families = ["trigger", "agent", "logic", "people", "data", "flow"].map((name) => `family-${name}`);

for (const theme of ["light", "dark"] as const) {
  const tokens = tokensOf(theme);
  const get = (name: string): Lch => {
    const value = tokens.get(name);
    if (value === undefined) throw new Error(`--${name} is missing in ${theme}`);
    return value;
  };

  test.each([...texts, ...states, ...families])(`${theme}: text in %s reads on every ground (AA)`, (name) => {
    for (const ground of grounds) expect(contrast(get(name), get(ground)), `on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });

  test.each([...states, "accent-text"])(
    `${theme}: a badge in %s reads on its own tint, also in a chosen row`,
    (name) => {
      for (const ground of grounds) {
        expect(contrast(get(name), get(ground), 0.1), `on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  test(`${theme}: filled buttons carry readable words`, () => {
    for (const fill of ["accent", "accent-strong"]) {
      expect(contrast(get("accent-ink"), get(fill)), fill).toBeGreaterThanOrEqual(4.5);
    }
    for (const fill of ["danger", "danger-strong"]) {
      expect(contrast(get("danger-ink"), get(fill)), fill).toBeGreaterThanOrEqual(4.5);
    }
  });

  test(`${theme}: control borders and the focus ring stand out from what is round them`, () => {
    for (const name of ["control-line", "accent"]) {
      for (const ground of ["ground", "surface", "raised", "sunken"]) {
        expect(contrast(get(name), get(ground)), `${name} on ${ground}`).toBeGreaterThanOrEqual(3);
      }
    }
  });

  test(`${theme}: every colour lies inside sRGB, so all screens show the same`, () => {
    for (const [name, color] of tokens) {
      for (const channel of toRgb(color)) {
        expect(channel, name).toBeGreaterThan(-0.004);
        expect(channel, name).toBeLessThan(1.004);
      }
    }
  });
}
