/// Gives a namespace another path: first what that would mean is shown, then it is done.
import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { moveNamespace, type NamespaceMove, planMove } from "@/api/namespaces";
import { goesAlong, hidden } from "@/features/namespaces/move/move-words";
import classes from "@/features/namespaces/namespaces.module.css";
import { Problem } from "@/ui/problem";
import { tell } from "@/ui/toast";

export interface MoveNamespaceProps {
  tenant: string;
  id: string;
  onClose: () => void;
}

export function MoveNamespace({ tenant, id, onClose }: MoveNamespaceProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [to, setTo] = useState(id);
  const wanted = to.trim();
  const plan = useMutation({ mutationFn: () => planMove(tenant, id, wanted) });
  const move = useMutation({
    mutationFn: () => moveNamespace(tenant, id, wanted),
    onSuccess: async () => {
      tell(`${id} is now ${wanted}`);
      onClose();
      await navigate({
        to: "/$tenant/namespaces/$namespaceId",
        params: { tenant, namespaceId: wanted },
      });
      await client.invalidateQueries({ queryKey: [tenant] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (plan.data) move.mutate();
    else plan.mutate();
  };
  const problem = move.error ?? plan.error;
  return (
    <Modal opened onClose={onClose} title={`Move ${id}`} size="lg">
      <form onSubmit={submit} className={classes.form}>
        <TextInput
          label="New path"
          description="Everything in it goes along: flows, history, files, secrets and rights."
          value={to}
          required
          data-autofocus
          onChange={(event) => {
            setTo(event.currentTarget.value);
            plan.reset();
            move.reset();
          }}
        />
        {plan.data && <Plan tenant={tenant} plan={plan.data} />}
        {problem && <Problem error={problem} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={plan.isPending || move.isPending}
            disabled={!wanted || wanted === id}
          >
            {plan.data ? "Move" : "See what that means"}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

function Plan({ tenant, plan }: { tenant: string; plan: NamespaceMove }) {
  const more = hidden(plan);
  return (
    <section aria-label="What the move means">
      <p className={classes.hint}>Moves {goesAlong(plan)}.</p>
      {(plan.mentions.length > 0 || more) && (
        <>
          <p className={classes.hint}>
            These places still name an old path afterwards. Mend them by hand:
          </p>
          <ul className={classes.places}>
            {plan.mentions.map((one) => (
              <li key={`${one.namespace}/${one.flowId}/${one.line}/${one.column}/${one.text}`}>
                <Link
                  to="/$tenant/flows/$namespace/$flowId/edit"
                  params={{ tenant, namespace: one.namespace, flowId: one.flowId }}
                >
                  {one.namespace}.{one.flowId}
                </Link>
                , line {one.line}: <code>{one.text}</code>
              </li>
            ))}
            {more && <li>{more}</li>}
          </ul>
        </>
      )}
      {plan.webhooks.length > 0 && (
        <>
          <p className={classes.hint}>
            The addresses of these webhooks change. Tell those who call them:
          </p>
          <ul className={classes.places}>
            {plan.webhooks.map((one) => (
              <li key={`${one.namespace}/${one.flowId}/${one.triggerId}`}>
                {one.namespace}.{one.flowId}, trigger {one.triggerId}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
