/// Small questions about words.

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** The part of a task type that a reader recognises: "io.kestra.plugin.core.log.Log" → "core.log.Log". */
export function shortType(type: string): string {
  return type.replace(/^io\.kestra\.plugin\./, "").replace(/^io\.kestra\./, "");
}

/** The class name at the end of a task type: "core.log.Log" → "Log". */
export function typeName(type: string): string {
  return type.slice(type.lastIndexOf(".") + 1);
}

export function humanBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Quotes text for a POSIX shell. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
