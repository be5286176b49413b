/// Whether the instance works, and what it is made of.
import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { readyQuery } from "@/api/instance";
import { configsQuery, setupQuery } from "@/api/session";
import { Card, Facts } from "@/ui/card";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { Section } from "../parts/section";

export function Health() {
  const ready = useQuery(readyQuery);
  const { data: configs } = useQuery(configsQuery);
  const { data: setup } = useQuery(setupQuery);
  const up = ready.data?.status === "UP";
  const Icon = up ? IconCircleCheck : IconCircleX;
  return (
    <Section title="Health" lead="Asked again every 15 seconds.">
      <div className={parts.stack}>
        {ready.error && <Problem error={ready.error} onRetry={() => void ready.refetch()} />}
        {ready.data && (
          <p className={parts.state} data-tone={up ? "success" : "danger"} role="status">
            <Icon size={18} aria-hidden />
            {up
              ? "The server answers and reaches its database."
              : "The server answers, but cannot work: look at its log."}
          </p>
        )}
        <Card title="This instance">
          <Facts
            facts={[
              ["Version", configs?.version],
              ["Rows in", setup?.repositoryType],
              ["Messages by", setup?.queueType],
              ["Files in", setup?.storageType],
              ["Secrets in", setup?.secretType],
            ]}
          />
        </Card>
      </div>
    </Section>
  );
}
