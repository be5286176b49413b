import { describe, expect, test } from "vitest";
import type { ConnectionType } from "@/api/stores";
import { fieldsOf, filledFrom, valuesOf, wordsOf } from "./fields";

const dynamic = (written: object) => ({ anyOf: [written, { type: "string", pattern: "\\{" }] });
const TYPE: ConnectionType = {
  type: "warehouse",
  title: "A warehouse",
  description: "",
  secrets: ["password"],
  variables: {},
  testable: true,
  schema: {
    required: ["host"],
    properties: {
      password: { type: "string", writeOnly: true },
      host: { type: "string" },
      port: dynamic({ anyOf: [{ type: "integer" }, { type: "null" }] }),
      tls: { type: "boolean", default: true },
      mode: { enum: ["fast", "safe"] },
      options: { type: "object" },
    },
  },
};
const FIELDS = fieldsOf(TYPE);

describe("the form of a connection", () => {
  test("fields come from the schema, the needed ones first", () => {
    expect(FIELDS.map((one) => [one.name, one.kind, one.required, one.secret])).toEqual([
      ["host", "text", true, false],
      ["password", "text", false, true],
      ["port", "number", false, false],
      ["tls", "switch", false, false],
      ["mode", "choice", false, false],
      ["options", "json", false, false],
    ]);
  });

  test("what is sent has its types; an expression stays as it is", () => {
    const filled = { host: "h", port: "5432", tls: "false", options: '{"a":1}', password: "" };
    expect(valuesOf(FIELDS, filled)).toEqual({
      host: "h",
      port: 5432,
      tls: false,
      options: { a: 1 },
    });
    expect(valuesOf(FIELDS, { port: "{{ vars.port }}" })).toEqual({ port: "{{ vars.port }}" });
  });

  test("a secret never comes back into the form", () => {
    const filled = filledFrom(FIELDS, { host: "h", password: "***", options: { a: 1 } });
    expect(filled).toMatchObject({ host: "h", password: "", options: '{"a":1}' });
  });

  test("names become words", () => {
    expect(wordsOf("clientSecret")).toBe("Client secret");
    expect(wordsOf("sslRootCert")).toBe("SSL root cert");
    expect(wordsOf("url")).toBe("URL");
  });
});
