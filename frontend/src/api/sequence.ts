/// What a sequence number means: the next event, one already seen, or a hole that asks for a refetch.

export type Arrival = "next" | "seen" | "gap";

export function arrival(last: number | undefined, seq: number): Arrival {
  if (last === undefined || seq === last + 1) return "next";
  return seq <= last ? "seen" : "gap";
}
