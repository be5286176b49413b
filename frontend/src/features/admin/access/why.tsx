/// Whether somebody may do something at a place, and every way by which they may.
import { IconCircleCheck, IconCircleX, IconRoute } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type Why, whyQuery } from "@/api/explorer";
import { Card } from "@/ui/card";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { NamespacePicker, PermissionPicker, PersonPicker } from "../parts/pickers";
import classes from "./access.module.css";
import type { AnswerProps } from "./access-explorer";
import { ChainDrawing } from "./chain";

export function WhyAnswer({ tenant, search, onChange }: AnswerProps) {
  const { user, permission, place } = search;
  const asked = user && permission;
  const found = useQuery({
    ...whyQuery(tenant, user ?? "", permission ?? "", place),
    enabled: !!asked,
  });
  return (
    <>
      <div className={classes.question}>
        <PersonPicker
          tenant={tenant}
          label="Why can"
          value={user}
          onChange={(next) => onChange({ user: next })}
        />
        <PermissionPicker
          tenant={tenant}
          label="Do"
          value={permission}
          onChange={(next) => onChange({ permission: next })}
        />
        <NamespacePicker
          tenant={tenant}
          label="In the namespace"
          value={place}
          onChange={(next) => onChange({ place: next })}
        />
      </div>
      {!asked && (
        <Empty icon={<IconRoute size={22} />} title="Choose somebody, and what they do">
          The answer shows each binding, group and role by which they come to it, or says that there
          is none.
        </Empty>
      )}
      {found.error && <Problem error={found.error} onRetry={() => void found.refetch()} />}
      {asked && found.data && (
        <Answer tenant={tenant} why={found.data} permission={permission} place={place} />
      )}
    </>
  );
}

interface WhyProps {
  tenant: string;
  why: Why;
  permission: string;
  place: string | undefined;
}

function Answer({ tenant, why, permission, place }: WhyProps) {
  const name = why.user.displayName;
  const where = place ? `in ${place}` : "in the whole tenant";
  const Icon = why.allowed ? IconCircleCheck : IconCircleX;
  return (
    <div className={classes.answer}>
      <p className={classes.verdict} data-tone={why.allowed ? "success" : "danger"} role="status">
        <Icon size={18} aria-hidden />
        <span>
          {why.allowed ? "Yes" : "No"}: {name} {why.allowed ? "may" : "may not"} do {permission}{" "}
          {where}.
        </span>
      </p>
      {!why.active && <p className={parts.note}>The account is deactivated, so no right counts.</p>}
      {why.superAdmin && (
        <p className={parts.note}>
          They are a super-admin and need no binding; each entry is audited.
        </p>
      )}
      {why.chains.length > 0 && (
        <Card title={why.chains.length === 1 ? "One way" : `${why.chains.length} ways`}>
          <div className={classes.chains}>
            {why.chains.map((chain) => (
              <ChainDrawing
                key={chain.bindingId}
                tenant={tenant}
                chain={chain}
                who={name}
                permission={permission}
              />
            ))}
          </div>
        </Card>
      )}
      {!why.allowed && why.active && (
        <p className={parts.note}>
          None of their roles, and no role of their groups, holds it here or above. Give one of them
          a role that does, on this namespace or above it.
        </p>
      )}
    </div>
  );
}
