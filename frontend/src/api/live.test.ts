import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LiveConnection, type LiveMessage, type Socket } from "./live";

class Wire implements Socket {
  sent: unknown[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  say(message: Partial<LiveMessage>) {
    this.onmessage?.({ data: JSON.stringify({ topic: "execution:1", type: "x", ...message }) });
  }
}

function connection() {
  const wires: Wire[] = [];
  const live = new LiveConnection(() => {
    const wire = new Wire();
    wires.push(wire);
    return wire;
  });
  const heard: string[] = [];
  const listener = { onEvent: () => heard.push("event"), onGap: () => heard.push("gap") };
  const wire = (n: number) => {
    const found = wires[n];
    if (!found) throw new Error(`There is no connection ${n}`);
    return found;
  };
  return { live, wires, wire, heard, listener };
}

describe("the live connection", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("a topic is asked for as soon as the connection is open", () => {
    const { live, wire, listener } = connection();
    live.subscribe("execution:1", listener);
    wire(0).onopen?.();
    expect(wire(0).sent).toEqual([{ op: "subscribe", topic: "execution:1" }]);
  });

  test("events in order are events, a hole is a gap, a repetition is nothing", () => {
    const { live, wire, heard, listener } = connection();
    live.subscribe("execution:1", listener);
    wire(0).onopen?.();
    for (const seq of [7, 8, 8, 11]) wire(0).say({ seq });
    expect(heard).toEqual(["event", "event", "gap"]);
  });

  test("a gap that the server announces is a gap, and counting starts anew", () => {
    const { live, wire, heard, listener } = connection();
    live.subscribe("execution:1", listener);
    wire(0).onopen?.();
    wire(0).say({ seq: 7 });
    wire(0).say({ type: "stream.gap", seq: null });
    wire(0).say({ seq: 3 });
    expect(heard).toEqual(["event", "gap", "event"]);
  });

  test("once a topic is confirmed, what happened before that is asked for", () => {
    const { live, wire, heard, listener } = connection();
    live.subscribe("execution:1", listener);
    wire(0).onopen?.();
    wire(0).say({ type: "subscribed", seq: null });
    wire(0).say({ seq: 40 });
    expect(heard).toEqual(["gap", "event"]);
  });

  test("events without a number are events", () => {
    const { live, wire, heard, listener } = connection();
    live.subscribe("execution:1", listener);
    wire(0).onopen?.();
    wire(0).say({ seq: null });
    wire(0).say({});
    expect(heard).toEqual(["event", "event"]);
  });

  test("after a lost connection it comes back, takes up again, and everything is asked anew", () => {
    const { live, wire, heard, listener } = connection();
    live.subscribe("execution:1", listener);
    wire(0).onopen?.();
    wire(0).say({ seq: 7 });
    wire(0).onclose?.({ code: 1006 });
    expect(live.connected).toBe(false);
    vi.advanceTimersByTime(500);
    wire(1).onopen?.();
    expect(wire(1).sent).toEqual([{ op: "subscribe", topic: "execution:1", after: 7 }]);
    expect(heard).toEqual(["event", "gap"]);
  });

  test("somebody who is signed out is not let in again", () => {
    const { live, wires, wire, listener } = connection();
    live.subscribe("execution:1", listener);
    wire(0).onopen?.();
    wire(0).onclose?.({ code: 4401 });
    vi.advanceTimersByTime(60_000);
    expect(wires).toHaveLength(1);
  });

  test("when the requests of a minute are used up, it says so and comes back after that minute", () => {
    const { live, wires, wire, listener } = connection();
    live.subscribe("execution:1", listener);
    wire(0).onopen?.();
    wire(0).onclose?.({ code: 4430 });
    expect([live.connected, live.usedUp]).toEqual([false, true]);
    vi.advanceTimersByTime(59_000);
    expect(wires).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    wire(1).onopen?.();
    expect([live.connected, live.usedUp]).toEqual([true, false]);
  });

  test("a topic that was refused for this minute is asked for again in the next", () => {
    const { live, wire, listener } = connection();
    live.subscribe("execution:1", listener);
    wire(0).onopen?.();
    const refusal = { op: "error", topic: "execution:1", code: 4430, message: "used up" };
    wire(0).onmessage?.({ data: JSON.stringify(refusal) });
    expect(live.usedUp).toBe(true);
    expect(wire(0).sent).toHaveLength(1);
    vi.advanceTimersByTime(60_000);
    expect(live.usedUp).toBe(false);
    expect(wire(0).sent).toHaveLength(2);
    expect(wire(0).sent.at(-1)).toEqual({ op: "subscribe", topic: "execution:1" });
  });

  test("two listeners of a topic share one subscription, and the last one ends it", () => {
    const { live, wire, listener } = connection();
    const first = live.subscribe("execution:1", listener);
    const second = live.subscribe("execution:1", { onEvent() {}, onGap() {} });
    wire(0).onopen?.();
    first();
    expect(wire(0).sent).toHaveLength(1);
    second();
    expect(wire(0).sent.at(-1)).toEqual({ op: "unsubscribe", topic: "execution:1" });
  });

  test("what is not a message of ours is ignored", () => {
    const { live, wire, heard, listener } = connection();
    live.subscribe("execution:1", listener);
    wire(0).onopen?.();
    for (const data of ["", "{", "[]", '{"topic": 1}', 7]) wire(0).onmessage?.({ data });
    expect(heard).toEqual([]);
  });
});
