import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** One way in which a new version of a schema breaks with the old one. */
export interface Incompatibility {
  /** JSON pointer to the field, in the value. */
  path: string;
  message: string;
}

/**
 * What breaks when a schema changes under those who use it. An `input` schema may only ask for less: what was accepted before must be
 * accepted still. An `output` schema may only promise more: what was promised before must be promised still. Of JSON Schema it compares types,
 * required fields, properties, items and enumerations, and says nothing of the rest.
 */
export function incompatibilities(before: JsonObject, after: JsonObject, side: "input" | "output"): Incompatibility[] {
  // An output is the same question the other way round: may those who read the old one read the new one?
  return side === "input" ? narrower(before, after, "", "input") : narrower(after, before, "", "output");
}

type Side = "input" | "output";

/** Values that `wide` allows and `narrow` does not; the words are those of the side it is asked for. */
function narrower(wide: JsonObject, narrow: JsonObject, path: string, side: Side): Incompatibility[] {
  const found: Incompatibility[] = [];
  const add = (message: string, at = path): void => {
    found.push({ path: at === "" ? "/" : at, message });
  };
  const lost = lostTypes(wide["type"], narrow["type"]);
  if (lost.length > 0)
    add(side === "input" ? `${lost.join(", ")} is no longer accepted` : `may now be ${lost.join(", ")}`);
  const values = lostValues(wide["enum"], narrow["enum"]);
  if (values !== null) add(side === "input" ? `no longer accepts ${values}` : `may now be ${values}`);
  const [wideFields, narrowFields] = [fieldsOf(wide), fieldsOf(narrow)];
  const required = new Set(namesOf(wide["required"]));
  for (const name of namesOf(narrow["required"])) {
    if (required.has(name)) continue;
    const at = `${path}/${name}`;
    add(side === "input" ? "must now be given" : "is no longer always there", at);
  }
  for (const [name, field] of Object.entries(wideFields)) {
    const other = narrowFields[name];
    const at = `${path}/${name}`;
    if (isJsonObject(other) && isJsonObject(field)) found.push(...narrower(field, other, at, side));
    else if (other === undefined && narrow["additionalProperties"] === false)
      add(side === "input" ? "is no longer accepted" : "is new, and was ruled out before", at);
  }
  if (isJsonObject(wide["items"]) && isJsonObject(narrow["items"]))
    found.push(...narrower(wide["items"], narrow["items"], `${path}/*`, side));
  return found;
}

const everyType = ["array", "boolean", "integer", "null", "number", "object", "string"];

function lostTypes(wide: Json | undefined, narrow: Json | undefined): string[] {
  if (narrow === undefined) return [];
  const allowed = new Set(namesOf(narrow));
  const given = wide === undefined ? everyType : namesOf(wide);
  return given.filter((type) => !allowed.has(type) && !(type === "integer" && allowed.has("number")));
}

function lostValues(wide: Json | undefined, narrow: Json | undefined): string | null {
  if (!Array.isArray(narrow)) return null;
  const allowed = new Set(narrow.map((value) => JSON.stringify(value)));
  if (!Array.isArray(wide)) return "values outside its list";
  const lost = wide.map((value) => JSON.stringify(value)).filter((value) => !allowed.has(value));
  return lost.length === 0 ? null : lost.join(", ");
}

function fieldsOf(schema: JsonObject): JsonObject {
  return isJsonObject(schema["properties"]) ? schema["properties"] : {};
}

function namesOf(value: Json | undefined): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((each) => typeof each === "string");
}
