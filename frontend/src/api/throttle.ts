/// At most one call at a time and per interval, and never a lost last one.

export interface Throttled {
  call: () => void;
  cancel: () => void;
}

/** A slow action is waited for, so that a stream of events cannot cancel every answer before it arrives. */
export function throttle(action: () => unknown, every: number): Throttled {
  let state: "idle" | "busy" | "busy, again" | "cancelled" = "idle";
  const pause = () => new Promise((resolve) => setTimeout(resolve, every));
  const run = async () => {
    state = "busy";
    await Promise.allSettled([action(), pause()]);
    const after = state as string;
    if (after === "busy, again") void run();
    else if (after === "busy") state = "idle";
  };
  return {
    call: () => {
      if (state === "idle") void run();
      else if (state === "busy") state = "busy, again";
    },
    cancel: () => {
      state = "cancelled";
    },
  };
}
