/// A state in a word, a shape and a colour.
import { stateWord, toneOf } from "@/lib/states";
import classes from "./state.module.css";
import { StateIcon } from "./state-icon";

export function StateBadge({ state, size = "md" }: { state: string; size?: "sm" | "md" | "lg" }) {
  return (
    <span className={classes.badge} data-tone={toneOf(state)} data-size={size} data-state={state}>
      <StateIcon state={state} size={size === "lg" ? 16 : 13} />
      {stateWord(state)}
    </span>
  );
}
