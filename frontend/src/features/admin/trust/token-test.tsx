/// What would become of a token: which account it acts as, or what each issuer misses in it.
import { Button, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type TokenReport, tryToken } from "@/api/trusted-issuers";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { TableFrame } from "../parts/listing";
import parts from "../parts/parts.module.css";
import { Badge } from "../parts/section";
import { useChange } from "../parts/use-change";
import classes from "./trust.module.css";

export function TokenTest({ tenant }: { tenant: string }) {
  const [token, setToken] = useState("");
  const test = useChange({ change: () => tryToken(tenant, token.trim()), touches: [] });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    test.mutate();
  };
  return (
    <Card title="Try a token">
      <form className={parts.form} onSubmit={submit}>
        {test.error && <Problem error={test.error} />}
        <Textarea
          label="Token of a job"
          description="Nothing is kept and nothing is given: only said what would become of it."
          placeholder="eyJ…"
          autosize
          minRows={2}
          maxRows={5}
          autoComplete="off"
          styles={{ input: { fontFamily: "var(--font-mono)" } }}
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        <div className={parts.formStart}>
          <Button type="submit" variant="default" loading={test.isPending} disabled={!token.trim()}>
            Try it
          </Button>
        </div>
        {test.data && <Report report={test.data} />}
      </form>
    </Card>
  );
}

function Report({ report }: { report: TokenReport }) {
  const { accepted, serviceAccount, message, opinions, claims } = report;
  return (
    <div className={parts.stack} role="status">
      <p className={parts.state} data-tone={accepted ? "success" : "danger"}>
        {accepted ? `It acts as ${serviceAccount?.name}.` : `It is refused: ${message}.`}
      </p>
      {opinions.length > 0 && (
        <div className={classes.found}>
          <TableFrame
            inCard
            label="What each trusted issuer says"
            columns={[{ name: "Trusted issuer" }, { name: "Answer", width: 100 }, { name: "Why" }]}
          >
            {opinions.map(({ trustedIssuer, accepted: takes, message: why }) => (
              <tr key={trustedIssuer.id}>
                <td data-grow className={table.primary}>
                  {trustedIssuer.name}
                </td>
                <td>
                  <Badge tone={takes ? "success" : "danger"}>
                    {takes ? "Takes it" : "Refuses"}
                  </Badge>
                </td>
                <td className={table.secondary}>{why}</td>
              </tr>
            ))}
          </TableFrame>
        </div>
      )}
      {claims && (
        <details className={classes.claims}>
          <summary>What the token says</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
          <pre tabIndex={0}>{JSON.stringify(claims, null, 2)}</pre>
        </details>
      )}
    </div>
  );
}
