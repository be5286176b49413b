export { RunStrip, type StripRun } from "./run-strip";
export { StateBadge } from "./state-badge";
export { StateIcon } from "./state-icon";
