/// Asks a worker whether the system behind a connection can be reached.
import { Button, Tooltip } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type Connection, connectionTypesQuery, testConnection } from "@/api/stores";

interface TestButtonProps {
  tenant: string;
  namespace: string;
  row: Connection;
}

export function TestButton({ tenant, namespace, row }: TestButtonProps) {
  const { data: types } = useQuery(connectionTypesQuery);
  const check = useMutation({ mutationFn: () => testConnection(tenant, namespace, row.name) });
  if (types?.find((one) => one.type === row.type)?.testable === false) return null;
  const said = check.error?.message ?? check.data?.message ?? "";
  const ok = check.data?.ok === true;
  const Sign = ok ? IconCheck : IconX;
  const settled = check.isSuccess || check.isError;
  return (
    <Tooltip label={said} disabled={!said} multiline maw={420}>
      <Button
        variant="default"
        size="compact-xs"
        loading={check.isPending}
        leftSection={settled ? <Sign size={13} /> : undefined}
        color={settled && !ok ? "red.8" : undefined}
        aria-label={`Test ${row.name}${settled ? `: ${ok ? "reached" : `failed, ${said}`}` : ""}`}
        onClick={() => check.mutate()}
      >
        {settled ? (ok ? "Reached" : "Failed") : "Test"}
      </Button>
    </Tooltip>
  );
}
