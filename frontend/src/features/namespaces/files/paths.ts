/// Paths of namespace files: always from the root, never out of it. Pure.

export function joined(folder: string, name: string): string {
  return `${folder === "/" ? "" : folder}/${name}`;
}

/** "/a/b/c.txt" → ["/", "/a", "/a/b"]: the folders to open on the way to it. */
export function foldersOf(path: string): string[] {
  const words = path.split("/").filter(Boolean).slice(0, -1);
  return ["/", ...words.map((_, place) => `/${words.slice(0, place + 1).join("/")}`)];
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What people type, as a path; undefined when it leads nowhere or outside. */
export function cleanPath(typed: string): string | undefined {
  const words = typed
    .trim()
    .split("/")
    .filter((word) => word !== "" && word !== ".");
  if (words.length === 0 || words.includes("..")) return undefined;
  return `/${words.join("/")}`;
}

/** Bytes that are no text are not put into an editor. */
export function isBinary(text: string): boolean {
  return text.includes("\u0000") || text.includes("\ufffd");
}
