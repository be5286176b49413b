// @vitest-environment jsdom
import { afterEach, describe, expect, test, vi } from "vitest";
import { ApiProblem, csrfToken, request, tenantPath } from "./client";

function answer(status: number, body: string) {
  const fetched = vi.fn(
    async (_path: string, _init: RequestInit) => new Response(body, { status }),
  );
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

afterEach(() => {
  vi.unstubAllGlobals();
  document.head.innerHTML = "";
});

describe("requests", () => {
  test("names are escaped, so that none can leave its place in the path", () => {
    expect(tenantPath("main", "flows", "a/../b", "c d")).toBe(
      "/api/v1/main/flows/a%2F..%2Fb/c%20d",
    );
  });

  test("a write carries the CSRF token, a read does not", async () => {
    document.head.innerHTML = '<meta name="csrf-token" content="from-page">';
    const fetched = answer(200, "{}");
    await request("/x", { method: "POST", json: {} });
    await request("/x");
    expect(fetched.mock.calls[0]?.[1].headers).toMatchObject({ "X-CSRFToken": "from-page" });
    expect(fetched.mock.calls[1]?.[1].headers).not.toHaveProperty("X-CSRFToken");
  });

  test("the token of the cookie is newer than that of the page", () => {
    document.head.innerHTML = '<meta name="csrf-token" content="from-page">';
    expect(csrfToken("a=1; csrftoken=from-cookie")).toBe("from-cookie");
    expect(csrfToken("__Host-csrftoken=secure; a=1")).toBe("secure");
    expect(csrfToken("a=1")).toBe("from-page");
  });

  test("a refusal keeps the server's words and its stable code", async () => {
    answer(409, '{"detail": "The flow changed.", "code": "flow.revision_conflict"}');
    await expect(request("/x")).rejects.toMatchObject({
      message: "The flow changed.",
      code: "flow.revision_conflict",
      status: 409,
    });
  });

  test("a failure without words still says what to do", async () => {
    answer(502, "<html>bad gateway</html>");
    const refused = request("/x");
    await expect(refused).rejects.toBeInstanceOf(ApiProblem);
    await expect(refused).rejects.toThrow("The server failed. Try again; its log tells why.");
  });

  test("no answer at all is a problem with a hint, not a stack trace", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await expect(request("/x")).rejects.toMatchObject({ status: 0 });
  });

  test("an empty answer is no value", async () => {
    answer(200, "");
    await expect(request("/x")).resolves.toBeUndefined();
  });
});
