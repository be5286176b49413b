/// The names that a flow's source declares, for expressions to use.

export interface Names {
  tasks: readonly string[];
  inputs: readonly string[];
  variables: readonly string[];
  labels: readonly string[];
}

function sectionLines(source: string, section: string): string[] {
  const lines = source.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`${section}:`));
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^[^\s#-]/.test(line));
  return end < 0 ? rest : rest.slice(0, end);
}

/** Ids declared in the section of the source that begins with `section:`. */
export function declaredIds(source: string, section: string): string[] {
  return sectionLines(source, section).flatMap((line) => {
    const id = /^\s*(?:- )*(?:\{\s*)?(?:task:\s*\{\s*)?id:\s*["']?([\w.-]+)/.exec(line)?.[1];
    return id ? [id] : [];
  });
}

/** Keys of a section that is a map. */
export function declaredKeys(source: string, section: string): string[] {
  const lines = sectionLines(source, section).filter((line) => !/^\s*(#.*)?$/.test(line));
  const indent = /^\s*/.exec(lines[0] ?? "")?.[0].length ?? 0;
  return lines.flatMap((line) => {
    const key = /^(\s+)["']?([\w.-]+)["']?\s*:/.exec(line);
    return key?.[2] && key[1]?.length === indent ? [key[2]] : [];
  });
}

/** The type of each task by its id, however deep it stands; the id comes first in a task. */
export function taskTypes(source: string): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  let id: string | undefined;
  for (const line of source.split("\n")) {
    const inLine = /\bid:\s*["']?([\w-]+)["']?\s*,\s*type:\s*["']?([\w.]+)/.exec(line);
    if (inLine?.[1] && inLine[2]) types.set(inLine[1], inLine[2]);
    else {
      id =
        /^\s*(?:- )+id:\s*["']?([\w-]+)/.exec(line)?.[1] ??
        /^\s+id:\s*["']?([\w-]+)/.exec(line)?.[1] ??
        id;
      const type = /^\s+(?:- )?type:\s*["']?([\w.]+)/.exec(line)?.[1];
      if (id && type?.includes(".") && !types.has(id)) types.set(id, type);
    }
  }
  return types;
}

/** The namespace that a source names. */
export function namespaceOf(source: string): string | undefined {
  return /^namespace:\s*["']?([\w.-]+)/m.exec(source)?.[1];
}

/** The id that a source gives to its flow. */
export function flowIdOf(source: string): string | undefined {
  return /^id:\s*["']?([\w.-]+)/m.exec(source)?.[1];
}

/** The tasks whose outputs the source names, in the order in which it does. */
export function usedOutputs(source: string): string[] {
  return [...new Set([...source.matchAll(/\boutputs\.([\w-]+)/g)].map((found) => found[1] ?? ""))];
}

export function namesIn(source: string): Names {
  const sections = ["tasks", "errors", "finally", "afterExecution"];
  return {
    tasks: [...new Set(sections.flatMap((section) => declaredIds(source, section)))],
    inputs: declaredIds(source, "inputs"),
    variables: declaredKeys(source, "variables"),
    labels: declaredKeys(source, "labels"),
  };
}
