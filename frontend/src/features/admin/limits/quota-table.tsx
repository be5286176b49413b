/// Quotas as rows: where, what, how much of it is used; changed and lifted.
import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, IconGauge } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Quota } from "@/api/limits";
import { Empty } from "@/ui/empty";
import { table } from "@/ui/tables";
import { Listing } from "../parts/listing";
import { Badge, Place } from "../parts/section";
import { KINDS, policyWords } from "./amounts";
import { UseBar } from "./use-bar";

export interface QuotaTableProps {
  label: string;
  query: UseQueryResult<{ results: Quota[]; total: number }>;
  inCard?: boolean;
  /** Whether one may change this row; a ceiling of the instance is the instance's. */
  mayChange: (quota: Quota) => boolean;
  onChange: (quota: Quota) => void;
  onLift: (quota: Quota) => void;
  action?: ReactNode;
}

export function QuotaTable(props: QuotaTableProps) {
  const { label, query, inCard, mayChange, onChange, onLift, action } = props;
  return (
    <Listing
      label={label}
      query={query}
      inCard={inCard}
      columns={[
        { name: "What" },
        { name: "Where" },
        { name: "Used", width: 280 },
        { name: "Beyond it" },
        { name: "Actions", hidden: true, width: 48 },
      ]}
      empty={
        <Empty icon={<IconGauge size={22} />} title="Nothing is limited" action={action}>
          A quota holds on its place and on everything below it, at every instant. What has to wait
          says which quota it waits for.
        </Empty>
      }
      row={(quota) => (
        <tr key={quota.id}>
          <td data-grow>
            <span className={table.primary}>{KINDS[quota.kind]?.label ?? quota.kind}</span>{" "}
            {quota.ofInstance && <Badge tone="warning">By the instance</Badge>}
          </td>
          <td>
            <Place namespace={where(quota)} />
          </td>
          <td data-wide>
            <UseBar quota={quota} />
          </td>
          <td className={table.secondary}>{policyWords(quota.policy)}</td>
          <td className={table.end}>
            {mayChange(quota) && (
              <Menu>
                <Menu.Target>
                  <ActionIcon aria-label={`Actions for ${KINDS[quota.kind]?.label ?? quota.kind}`}>
                    <IconDots size={16} />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item onClick={() => onChange(quota)}>Change the limit</Menu.Item>
                  <Menu.Item onClick={() => onLift(quota)}>Lift</Menu.Item>
                </Menu.Dropdown>
              </Menu>
            )}
          </td>
        </tr>
      )}
    />
  );
}

function where(quota: Quota): string | null {
  return quota.flowId ? `${quota.namespace}.${quota.flowId}` : quota.namespace;
}
