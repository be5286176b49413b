/// What a test login would have done: the claims, the person, the groups, the problems.
import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type TestReport, testResultQuery } from "@/api/sign-in";
import { Card, Facts } from "@/ui/card";
import { JsonTree } from "@/ui/json";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";

const OUTCOMES: Readonly<Record<TestReport["outcome"], string>> = {
  SIGN_IN: "They would sign in to their account.",
  LINK: "They would sign in, and this provider would be added to their account.",
  CREATE: "An account would be made for them, and they would sign in.",
  REFUSED: "They would not come in.",
};

export function TestResult({ tenant, id }: { tenant: string; id: string }) {
  const result = useQuery(testResultQuery(tenant, id));
  if (result.error) return <Problem error={result.error} />;
  const report = result.data?.report;
  if (!report) return null;
  const refused = report.outcome === "REFUSED";
  const Icon = refused ? IconCircleX : IconCircleCheck;
  return (
    <Card title="The test login">
      <div className={parts.form}>
        <p className={parts.state} data-tone={refused ? "danger" : "success"} role="status">
          <Icon size={18} aria-hidden />
          {OUTCOMES[report.outcome]} Nothing was changed.
        </p>
        {report.problems.map((problem) => (
          <Problem key={problem.code} error={new Error(`${problem.detail} (${problem.code})`)} />
        ))}
        {report.notes?.map((note) => (
          <p key={note} className={parts.note}>
            {note}
          </p>
        ))}
        <Who report={report} />
        {report.claims && (
          <section aria-label="Claims">
            <h3>Claims</h3>
            <JsonTree value={report.claims} />
          </section>
        )}
      </div>
    </Card>
  );
}

function Who({ report }: { report: TestReport }) {
  const { person, groups, roles } = report;
  return (
    <Facts
      facts={[
        ["Issuer", report.issuer],
        ["Subject", report.subject],
        ["E-mail", person?.email],
        ["Name", [person?.firstName, person?.lastName].filter(Boolean).join(" ") || person?.name],
        ["Groups they enter", groups?.entered.join(", ")],
        ["Groups that would be made", groups?.created.join(", ")],
        ["Values that mean nothing here", groups?.unknown.join(", ")],
        ["Roles as a newcomer", roles?.map(({ role }) => role).join(", ")],
      ]}
    />
  );
}
