/// A stream of an audit trail as somebody types it, and how it stands in words. Pure.
import type { AuditStream, StreamConfig, StreamKind, StreamWish } from "@/api/audit-streams";
import { plural } from "@/lib/text";

export interface StreamDraft {
  name: string;
  kind: StreamKind;
  enabled: boolean;
  fromNow: boolean;
  url: string;
  host: string;
  port: number;
  transport: "TCP" | "TLS" | "UDP";
  facility: string;
  appName: string;
  hostname: string;
  certificateAuthority: string;
}

export const EMPTY: StreamDraft = {
  name: "",
  kind: "WEBHOOK",
  enabled: true,
  fromNow: false,
  url: "",
  host: "",
  port: 6514,
  transport: "TLS",
  facility: "",
  appName: "",
  hostname: "",
  certificateAuthority: "",
};

export function draftOf({ name, kind, enabled, config }: AuditStream): StreamDraft {
  return { ...EMPTY, ...config, name, kind, enabled };
}

export function wishOf(draft: StreamDraft, fresh: boolean): StreamWish {
  const { name, kind, enabled, fromNow } = draft;
  const wish = { name: name.trim(), kind, enabled, config: configOf(draft) };
  return fresh ? { ...wish, fromNow } : wish;
}

/** Only what its kind knows, and only what is said: an empty text is refused. */
function configOf(draft: StreamDraft): StreamConfig {
  const certificateAuthority = draft.certificateAuthority.trim() || undefined;
  if (draft.kind === "WEBHOOK") return { url: draft.url.trim(), certificateAuthority };
  return {
    host: draft.host.trim(),
    port: draft.port,
    transport: draft.transport,
    facility: draft.facility || undefined,
    appName: draft.appName.trim() || undefined,
    hostname: draft.hostname.trim() || undefined,
    certificateAuthority,
  };
}

export function isWhole(draft: StreamDraft): boolean {
  return draft.name.trim() !== "" && (draft.kind === "WEBHOOK" ? draft.url : draft.host) !== "";
}

/** Where it goes, in a line. */
export function destination({ kind, config }: Pick<StreamWish, "kind" | "config">): string {
  if (kind === "WEBHOOK") return config.url ?? "";
  return `${config.host}:${config.port} over ${config.transport}`;
}

type Tone = "success" | "warning" | "danger" | "neutral";

/** One word for its state, with its colour. */
export function standing(stream: AuditStream): readonly [string, Tone] {
  if (!stream.enabled) return ["Off", "neutral"];
  if (stream.failures > 0) return ["Failing", "danger"];
  if (stream.deadLetters > 0) return ["Gaps", "warning"];
  return stream.lag > 0 ? ["Catching up", "warning"] : ["Up to date", "success"];
}

export function lagWords({ lag }: Pick<AuditStream, "lag">): string {
  return lag === 0 ? "Has them all" : `${plural(lag, "entry", "entries")} behind`;
}
