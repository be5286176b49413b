/// My second factors: apps, passkeys and recovery codes.
import { Button, Group, Text } from "@mantine/core";
import { IconShieldLock } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Factor, factorsQuery } from "@/api/factors";
import { RecoveryCodes } from "@/features/session/recovery-codes";
import { plural } from "@/lib/text";
import { Card } from "@/ui/card";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { When } from "@/ui/when";
import { FactorDialog, type FactorTask } from "./factor-dialog";

const KINDS = { TOTP: "Authenticator app", WEBAUTHN: "Passkey" } as const;

export function SecondFactors() {
  const client = useQueryClient();
  const factors = useQuery(factorsQuery);
  const [task, begin] = useState<FactorTask>();
  const [codes, show] = useState<readonly string[]>([]);
  if (factors.error)
    return <Problem error={factors.error} onRetry={() => void factors.refetch()} />;
  if (!factors.data) return <Card title="Second factors">Loading…</Card>;
  const { results, recoveryCodesLeft, passkeys } = factors.data;
  const done = (made: readonly string[]) => {
    begin(undefined);
    show(made);
    void client.invalidateQueries({ queryKey: factorsQuery.queryKey });
  };
  if (codes.length > 0)
    return (
      <Card title="Recovery codes">
        <RecoveryCodes codes={codes} onDone={() => show([])} />
      </Card>
    );
  return (
    <Card title="Second factors">
      {results.length === 0 ? (
        <Empty
          icon={<IconShieldLock size={22} />}
          title="Your password alone signs you in"
          action={<Adding passkeys={passkeys} onBegin={begin} />}
        >
          With an authenticator app or a passkey, whoever learns your password still cannot.
        </Empty>
      ) : (
        <>
          <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
            {results.map((factor) => (
              <FactorRow
                key={factor.id}
                factor={factor}
                onRemove={() => begin({ kind: "remove", factor })}
              />
            ))}
          </ul>
          <Text size="sm" c="dimmed" mt="sm">
            {plural(recoveryCodesLeft, "recovery code is", "recovery codes are")} left.
          </Text>
          <Group mt="md" gap="xs">
            <Adding passkeys={passkeys} onBegin={begin} />
            <Button variant="default" onClick={() => begin({ kind: "codes" })}>
              New recovery codes
            </Button>
          </Group>
        </>
      )}
      {task && <FactorDialog task={task} onDone={done} onClose={() => begin(undefined)} />}
    </Card>
  );
}

interface AddingProps {
  passkeys: boolean;
  onBegin: (task: FactorTask) => void;
}

function Adding({ passkeys, onBegin }: AddingProps) {
  return (
    <>
      <Button onClick={() => onBegin({ kind: "app" })}>Add an authenticator app</Button>
      {passkeys && (
        <Button variant="default" onClick={() => onBegin({ kind: "passkey" })}>
          Add a passkey
        </Button>
      )}
    </>
  );
}

function FactorRow({ factor, onRemove }: { factor: Factor; onRemove: () => void }) {
  return (
    <Group component="li" justify="space-between" wrap="nowrap" py={6}>
      <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
        <strong>{factor.name || KINDS[factor.kind]}</strong>
        <Text size="sm" c="dimmed" component="div">
          {KINDS[factor.kind]}
          {factor.lastUsedAt && (
            <>
              , used <When at={factor.lastUsedAt} />
            </>
          )}
        </Text>
      </div>
      <Button variant="subtle" color="red.8" onClick={onRemove}>
        Remove
      </Button>
    </Group>
  );
}
