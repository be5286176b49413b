import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { throttle } from "./throttle";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("the first call acts at once, the last is never lost", async () => {
  const action = vi.fn();
  const throttled = throttle(action, 200);
  throttled.call();
  throttled.call();
  throttled.call();
  expect(action).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(action).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(action).toHaveBeenCalledTimes(2);
});

test("a slow action is waited for", async () => {
  const action = vi.fn(() => new Promise((resolve) => setTimeout(resolve, 1000)));
  const throttled = throttle(action, 200);
  throttled.call();
  throttled.call();
  await vi.advanceTimersByTimeAsync(900);
  expect(action).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(action).toHaveBeenCalledTimes(2);
});

test("after a cancel nothing happens any more", async () => {
  const action = vi.fn();
  const throttled = throttle(action, 200);
  throttled.call();
  throttled.call();
  throttled.cancel();
  await vi.advanceTimersByTimeAsync(1000);
  expect(action).toHaveBeenCalledTimes(1);
});
