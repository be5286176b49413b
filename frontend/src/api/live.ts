/// One websocket for the whole tab: topics, sequence numbers, reconnects.
import { type Arrival, arrival } from "./sequence";

export type Topic =
  | `execution:${string}`
  | `logs:${string}`
  | `namespace:${string}`
  | "announcements";

export interface LiveMessage {
  topic: string;
  /** Absent on events that stand outside of the order. */
  seq?: number | null;
  type: string;
  data?: Record<string, unknown>;
}

export interface TopicListener {
  /** Something happened on the topic. */
  onEvent: (message: LiveMessage) => void;
  /** Events may have been missed: what is shown must be asked for again. */
  onGap: () => void;
}

interface Subscription {
  last: number | undefined;
  listeners: Set<TopicListener>;
}

/** The part of WebSocket that is used, so that a test can be the other end. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
}

export type Connect = () => Socket;

const LONGEST_WAIT = 15_000;
// Not signed in: trying again cannot help.
const UNAUTHENTICATED = 4401;
// The tenant has used up its requests per minute, of which each message is one.
const USED_UP = 4430;
// By then the minute has passed.
const USED_UP_WAIT = 60_000;
// One of the topics is gone; by the next try the page has let go of it.
const UNKNOWN_TOPIC = 4404;

/** Keeps the topics of a tab alive, over as many connections as it takes. */
export class LiveConnection {
  readonly #connect: Connect;
  readonly #subscriptions = new Map<Topic, Subscription>();
  readonly #watchers = new Set<() => void>();
  #socket: Socket | undefined;
  #open = false;
  #wanted = false;
  #failures = 0;
  #usedUp = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  readonly #late = new Set<Topic>();

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  get connected(): boolean {
    return this.#open;
  }

  /** Nobody listens because the tenant's requests of this minute are used up. */
  get usedUp(): boolean {
    return this.#usedUp;
  }

  /** Calls back when the connection comes or goes. */
  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Connects before anybody subscribes, so that the page can say whether it is live. */
  open(): void {
    this.#wanted = true;
    this.#ensureSocket();
  }

  subscribe(topic: Topic, listener: TopicListener): () => void {
    const known = this.#subscriptions.get(topic);
    if (known) {
      known.listeners.add(listener);
    } else {
      this.#subscriptions.set(topic, { last: undefined, listeners: new Set([listener]) });
      this.#ask("subscribe", topic);
      this.open();
    }
    return () => this.#leave(topic, listener);
  }

  close(): void {
    this.#wanted = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
    this.#subscriptions.clear();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#setOpen(false);
  }

  #leave(topic: Topic, listener: TopicListener): void {
    const subscription = this.#subscriptions.get(topic);
    subscription?.listeners.delete(listener);
    if (subscription?.listeners.size === 0) {
      this.#subscriptions.delete(topic);
      this.#ask("unsubscribe", topic);
    }
  }

  #ask(op: "subscribe" | "unsubscribe", topic: Topic): void {
    if (!this.#open) return;
    const after = this.#subscriptions.get(topic)?.last;
    this.#socket?.send(JSON.stringify({ op, topic, ...(after === undefined ? {} : { after }) }));
  }

  #ensureSocket(): void {
    if (this.#socket) return;
    const socket = this.#connect();
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onclose = ({ code }) => this.#closed(socket, code);
    socket.onmessage = ({ data }) => this.#received(data);
  }

  #opened(): void {
    const again = this.#failures > 0;
    this.#failures = 0;
    this.#usedUp = false;
    this.#setOpen(true);
    for (const [topic, subscription] of this.#subscriptions) {
      this.#ask("subscribe", topic);
      if (again) for (const listener of subscription.listeners) listener.onGap();
    }
  }

  #closed(socket: Socket, code: number): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#failures += 1;
    this.#usedUp = code === USED_UP;
    this.#setOpen(false);
    this.#tell();
    if (code === UNAUTHENTICATED || !this.#wanted) return;
    const backoff = 500 * 2 ** Math.min(this.#failures - 1, 6);
    const longer = code === USED_UP ? USED_UP_WAIT : LONGEST_WAIT;
    const wait = code === UNKNOWN_TOPIC || code === USED_UP ? longer : Math.min(longer, backoff);
    this.#timer = setTimeout(() => this.#ensureSocket(), wait);
  }

  /** A topic that was refused for this minute only is asked for again when it is over. */
  #refused(topic: Topic): void {
    this.#usedUp = true;
    this.#tell();
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#usedUp = false;
      this.#tell();
      for (const each of this.#late)
        if (this.#subscriptions.has(each)) this.#ask("subscribe", each);
      this.#late.clear();
    }, USED_UP_WAIT);
    this.#late.add(topic);
  }

  #received(data: unknown): void {
    const refused = refusedTopic(data);
    if (refused) this.#refused(refused);
    const message = parse(data);
    const subscription = message && this.#subscriptions.get(message.topic as Topic);
    if (!message || !subscription) return;
    const kind = this.#kindOf(message, subscription);
    if (kind === "seen") return;
    for (const listener of subscription.listeners) {
      if (kind === "gap") listener.onGap();
      else listener.onEvent(message);
    }
  }

  /** Keeps count; what the server itself calls a gap starts the count anew. */
  #kindOf(message: LiveMessage, subscription: Subscription): Arrival {
    // Whatever happened between the page's first question and now was told to nobody.
    if (message.type === "subscribed") return "gap";
    if (message.type === "stream.gap") {
      subscription.last = undefined;
      return "gap";
    }
    if (typeof message.seq !== "number") return "next";
    const kind = arrival(subscription.last, message.seq);
    if (kind !== "seen") subscription.last = message.seq;
    return kind;
  }

  #setOpen(open: boolean): void {
    if (this.#open === open) return;
    this.#open = open;
    this.#tell();
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** The topic that cannot be heard of at the moment, because the tenant's requests are used up. */
function refusedTopic(data: unknown): Topic | undefined {
  if (typeof data !== "string" || !data.includes(String(USED_UP))) return undefined;
  try {
    const said = JSON.parse(data) as { op?: unknown; code?: unknown; topic?: unknown };
    const meant = said.op === "error" && said.code === USED_UP && typeof said.topic === "string";
    return meant ? (said.topic as Topic) : undefined;
  } catch {
    return undefined;
  }
}

function parse(data: unknown): LiveMessage | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const message = JSON.parse(data) as Partial<LiveMessage>;
    return typeof message.topic === "string" && typeof message.type === "string"
      ? (message as LiveMessage)
      : undefined;
  } catch {
    return undefined;
  }
}

export function browserSocket(tenant: string): Connect {
  return () => {
    const scheme = window.location.protocol === "https:" ? "wss" : "ws";
    const path = `/api/v1/${encodeURIComponent(tenant)}/stream`;
    return new WebSocket(`${scheme}://${window.location.host}${path}`) as unknown as Socket;
  };
}
