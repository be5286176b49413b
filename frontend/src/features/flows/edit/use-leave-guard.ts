/// Asks before unsaved work is left behind, whether by a link or by closing the tab.
import { useBlocker } from "@tanstack/react-router";

export function useLeaveGuard(unsaved: boolean): void {
  useBlocker({
    shouldBlockFn: () => unsaved && !window.confirm("Leave without saving your changes?"),
    enableBeforeUnload: () => unsaved,
    disabled: !unsaved,
  });
}
