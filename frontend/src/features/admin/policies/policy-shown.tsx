/// The head of a policy's page: what it is called, whether it acts, and what one may do with it.
import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import type { Effect, PolicyMode } from "@/api/policies";
import { Deletion } from "../parts/deletion";
import { Badge, Section } from "../parts/section";
import { EFFECT_TONES, EFFECTS, MODES } from "./policy-words";

interface PolicyShownProps {
  policy: { name: string; description: string; effect: Effect; mode: PolicyMode };
  back: ReactNode;
  /** Says who has set it, where that is not the reader's own tenant. */
  setBy?: string;
  mayEdit: boolean;
  enforcing: boolean;
  onEnforce: () => void;
  deletion: {
    change: () => Promise<unknown>;
    touches: readonly (readonly unknown[])[];
    onDone: () => void;
  };
  children: ReactNode;
}

export function PolicyShown(props: PolicyShownProps) {
  const { policy, back, setBy, mayEdit, enforcing, onEnforce, deletion, children } = props;
  const [deleting, setDeleting] = useState(false);
  return (
    <Section
      title={policy.name}
      lead={policy.description || undefined}
      back={back}
      beside={
        <>
          <Badge tone={EFFECT_TONES[policy.effect]}>{EFFECTS[policy.effect]}</Badge>
          <Badge tone={policy.mode === "ENFORCE" ? "success" : "neutral"}>
            {MODES[policy.mode]}
          </Badge>
          {setBy && <Badge tone="neutral">{setBy}</Badge>}
        </>
      }
      actions={
        mayEdit && (
          <>
            {policy.mode === "EVALUATE" && (
              <Button loading={enforcing} onClick={onEnforce}>
                Enforce it
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<IconTrash size={15} />}
              onClick={() => setDeleting(true)}
            >
              Delete
            </Button>
          </>
        )
      }
    >
      {children}
      {deleting && (
        <Deletion name={policy.name} onClose={() => setDeleting(false)} {...deletion}>
          What it refuses is allowed again within two seconds.
        </Deletion>
      )}
    </Section>
  );
}
