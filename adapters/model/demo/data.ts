import { isJsonObject } from "../../../engine/json.ts";
import type { Json, JsonObject } from "../../../engine/json.ts";
import { splitNames, stemsOf } from "./words.ts";

type Scalar = string | number | boolean;

/** The data in a prompt, as opposed to its sentences: what earlier steps or forms pass on as JSON. */
export interface Data {
  /** First value of each field, by its plain name (`needed by`). */
  fields: Map<string, Scalar>;
  tables: Table[];
}

/** A list of objects with the same fields. */
export interface Table {
  name: string;
  columns: string[];
  rows: JsonObject[];
}

export function dataOf(values: Json[]): Data {
  const data: Data = { fields: new Map(), tables: [] };
  for (const value of values) collect(value, "", data);
  return data;
}

function collect(value: Json, name: string, data: Data): void {
  if (Array.isArray(value)) {
    const rows = value.filter(isJsonObject);
    const columns = Object.keys(rows[0] ?? {}).filter((column) => rows.every((row) => isScalar(row[column])));
    if (rows.length > 1 && rows.length === value.length && columns.length > 1)
      data.tables.push({ name, columns, rows });
    // Single entries have fields of their own; a row of many says nothing of the whole.
    if (rows.length === 1) for (const row of rows) collect(row, name, data);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [key, part] of Object.entries(value)) {
    const plain = plainName(key);
    if (isScalar(part) && part !== "" && !data.fields.has(plain)) data.fields.set(plain, part);
    else collect(part, plain, data);
  }
}

export function plainName(key: string): string {
  return splitNames(key).toLowerCase().trim();
}

/** What a field of this name is in the data: itself, or what a list adds up to. Null where the data says nothing. */
export function numberIn(data: Data, name: string): number | null {
  const own = data.fields.get(plainName(name));
  if (typeof own === "number") return own;
  const wanted = stemsOf(plainName(name).replace(/\b(total|sum|average|mean|overall)\b/g, ""));
  const summing = /total|sum|amount|overall/i.test(name);
  for (const table of data.tables) {
    const column = numeric(table).find((one) => [...stemsOf(plainName(one))].some((stem) => wanted.has(stem)));
    const values = column === undefined ? [] : table.rows.map((row) => Number(row[column]));
    if (values.length > 0 && /average|mean/i.test(name)) return sum(values) / values.length;
    if (values.length > 0 && summing) return sum(values);
    const products = summing ? productsOf(table) : null;
    if (products !== null) return sum(products);
  }
  return null;
}

/** Which way the first figure of a list goes from its first row to its last: 1, 0 or -1; null without such a list. */
export function trendOf(data: Data): number | null {
  const table = data.tables.find((one) => numeric(one).length > 0);
  const column = table === undefined ? undefined : numeric(table)[0];
  if (table === undefined || column === undefined) return null;
  const first = Number(table.rows[0]?.[column]);
  const last = Number(table.rows.at(-1)?.[column]);
  return Math.abs(last - first) < Math.abs(first) * 0.01 ? 0 : Math.sign(last - first);
}

/** A list in Markdown, with what its columns add up to. */
export function tableText(table: Table): string {
  const shown = table.columns.slice(0, 6);
  const sums = numeric(table).filter((column) => !/price|rate|percent|year|id$/i.test(column));
  const products = productsOf(table);
  return [
    line(shown.map((column) => title(plainName(column)))),
    line(shown.map(() => "---")),
    ...table.rows.slice(0, 15).map((row) => line(shown.map((column) => cell(row[column])))),
    ...(sums.length === 0 ? [] : [line(shown.map((column, index) => total(table, sums, column, index)))]),
    ...(products === null ? [] : ["", `Quantity times price comes to **${figure(sum(products))}**.`]),
  ].join("\n");
}

function line(cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function total(table: Table, sums: string[], column: string, index: number): string {
  if (!sums.includes(column)) return index === 0 ? "**Total**" : "";
  return `**${figure(sum(table.rows.map((row) => Number(row[column]))))}**`;
}

/** Quantity times price of each row, where a list has both. */
function productsOf(table: Table): number[] | null {
  const quantity = numeric(table).find((column) => /quantity|qty|count|units|hours/i.test(column));
  const price = numeric(table).find((column) => /price|rate|cost/i.test(column));
  if (quantity === undefined || price === undefined) return null;
  return table.rows.map((row) => Number(row[quantity]) * Number(row[price]));
}

function numeric({ columns, rows }: Table): string[] {
  return columns.filter((column) => rows.every((row) => typeof row[column] === "number"));
}

function isScalar(value: Json | undefined): value is Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function cell(value: Json | undefined): string {
  if (typeof value === "number") return figure(value);
  return String(value ?? "")
    .replaceAll(/[|\n]/g, " ")
    .slice(0, 120);
}

export function figure(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 2 });
}

function title(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
