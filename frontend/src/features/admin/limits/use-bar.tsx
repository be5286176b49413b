/// How much of a quota is used.
import type { Quota } from "@/api/limits";
import { FillBar } from "../parts/fill-bar";
import { amountWords, fullness } from "./amounts";

const TONES = { free: "success", "nearly full": "warning", full: "danger" } as const;

export function UseBar({ quota }: { quota: Quota }) {
  const { kind, used, limit } = quota;
  const state = fullness(used, limit);
  return (
    <FillBar tone={TONES[state]} share={limit > 0 ? (used ?? 0) / limit : 1}>
      {used === null ? "–" : amountWords(kind, used)} of {amountWords(kind, limit)}
      {state !== "free" && <strong>, {state}</strong>}
    </FillBar>
  );
}
