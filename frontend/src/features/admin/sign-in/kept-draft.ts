/// What was typed about a provider, kept while a test login leads away from the page.
import { type Draft, EMPTY } from "./provider-draft";

const KEPT = "downbeat.provider-draft";

export function keptDraft(): Draft {
  try {
    const text = window.sessionStorage.getItem(KEPT);
    return text ? { ...EMPTY, ...(JSON.parse(text) as Draft) } : EMPTY;
  } catch {
    return EMPTY;
  }
}

/** Without the secret: it is typed again. */
export function keepDraft(draft: Draft): void {
  window.sessionStorage.setItem(KEPT, JSON.stringify({ ...draft, clientSecret: "" }));
}
