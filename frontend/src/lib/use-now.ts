/// A clock for components: re-renders on a beat, and only while somebody needs it.
import { useEffect, useState } from "react";

/** `every` undefined stops the clock; the last value stays. */
export function useNow(every: number | undefined): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (every === undefined) return;
    setNow(Date.now());
    const timer = window.setInterval(() => setNow(Date.now()), every);
    return () => window.clearInterval(timer);
  }, [every]);
  return now;
}
