/// Why a trigger fires, or does not: one sentence from where it stands. Pure.
import type { Trigger } from "@/api/triggers";
import { typeName } from "@/lib/text";

export interface Standing {
  word: string;
  tone: "success" | "danger" | "running" | "warning" | "paused" | "neutral";
  why: string;
  /** The verb that would change it, if one would. */
  remedy?: "enable" | "unlock" | "restart";
}

const LATE_MS = 60_000;

export function standingOf({ trigger, state }: Trigger, now: number): Standing {
  if (state.backfill) return backfilling(state.backfill.paused);
  if (state.disabled) return off(trigger.disabled === true);
  if (state.error)
    return {
      word: "Failing",
      tone: "danger",
      why: `Its last evaluation failed: ${state.error}`,
      remedy: "restart",
    };
  if (state.locked)
    return {
      word: "Waiting",
      tone: "paused",
      why: "The execution that it started has not ended; it fires again when that is over.",
      remedy: "unlock",
    };
  return ready(trigger.type, state.kind, state.nextEvaluationDate, now);
}

function backfilling(paused: boolean): Standing {
  return paused
    ? {
        word: "Backfill paused",
        tone: "paused",
        why: "Its run over past dates is paused, and the ordinary schedule stands still until that ends.",
      }
    : {
        word: "Backfill",
        tone: "running",
        why: "It runs over past dates; the ordinary schedule goes on when that is done.",
      };
}

function off(inSource: boolean): Standing {
  if (inSource)
    return {
      word: "Disabled",
      tone: "neutral",
      why: "Its source says “disabled: true”, or its flow is disabled. Edit the flow to switch it on.",
    };
  return {
    word: "Disabled",
    tone: "neutral",
    why: "Somebody has switched it off here, or its flow is disabled.",
    remedy: "enable",
  };
}

function ready(
  type: string,
  kind: string | undefined,
  next: string | undefined,
  now: number,
): Standing {
  const name = typeName(type);
  if (kind === "SCHEDULE") {
    if (!next)
      return { word: "No date", tone: "warning", why: "The schedule has no further date." };
    if (now - Date.parse(next) > LATE_MS)
      return {
        word: "Late",
        tone: "warning",
        why: "Its date has passed and no scheduler has looked at it. Check that one runs.",
      };
    return { word: "Ready", tone: "success", why: "It fires at its next date." };
  }
  if (kind === "POLLING")
    return {
      word: "Watching",
      tone: "success",
      why: "It looks again at the time below, and fires when it finds something new.",
    };
  if (kind === "REALTIME")
    return { word: "Listening", tone: "success", why: "It fires for each message that arrives." };
  if (name === "Webhook")
    return { word: "Ready", tone: "success", why: "It fires when its address is called." };
  return {
    word: "Ready",
    tone: "success",
    why: "It fires when the flows that it listens to end as its conditions ask.",
  };
}
