/// Two-key paths: "g" and then a letter.
import { useEffect, useRef } from "react";

const PATIENCE = 1200;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

export function useGoKeys(paths: Record<string, () => void>): void {
  const current = useRef(paths);
  current.current = paths;
  useEffect(() => {
    let armedAt = 0;
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === "g") {
        armedAt = event.timeStamp;
        return;
      }
      const go = current.current[event.key];
      if (go && armedAt && event.timeStamp - armedAt < PATIENCE) {
        event.preventDefault();
        go();
      }
      armedAt = 0;
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
