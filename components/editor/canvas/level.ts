"use client";

import { useStore } from "@xyflow/react";
import { createContext, useContext } from "react";

/**
 * How much of a node is drawn. No text may be smaller than 10 px on the screen: below `card` a node shows its name alone, larger; below
 * `name` it is a coloured block with its icon.
 */
export type Level = "card" | "name" | "block";

const cardFrom = 0.84;
const nameFrom = 0.5;

export const LevelContext = createContext<Level>("card");

/** The level of the canvas. Asked once, above all nodes: they draw again when it changes and not while somebody zooms. */
export function useCanvasLevel(): Level {
  return useStore(({ transform: [, , zoom] }) => levelAt(zoom));
}

export function levelAt(zoom: number): Level {
  return zoom >= cardFrom ? "card" : zoom >= nameFrom ? "name" : "block";
}

export function useLevel(): Level {
  return useContext(LevelContext);
}
