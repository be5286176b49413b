/// One tenant, as the instance sees it: its ceilings, its share of scarce workers, its standing.
import { Button, NumberInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import {
  ceilingsQuery,
  liftCeiling,
  type Quota,
  type QuotaWish,
  setCeiling,
  setShare,
  shareQuery,
} from "@/api/limits";
import { type TenantDetail, tenantQuery } from "@/api/tenant";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import { tellProblem } from "@/ui/toast";
import { QuotaDialog } from "../limits/quota-dialog";
import { QuotaTable } from "../limits/quota-table";
import { Loaded } from "../parts/loaded";
import parts from "../parts/parts.module.css";
import { Badge, Section } from "../parts/section";
import { useChange } from "../parts/use-change";
import { DeletionCard } from "../tenant/deletion-card";
import { FactsCard } from "../tenant/facts-card";
import { LogoCard } from "../tenant/logo-card";
import { StandingCard } from "../tenant/standing-card";

export function TenantPage() {
  const { tenant, tenantId } = useParams({ from: "/$tenant/admin/tenants/$tenantId" });
  const facts = useQuery(tenantQuery(tenantId));
  return (
    <Loaded what={tenantId} query={facts}>
      {(found) => <Shown tenant={tenant} found={found} />}
    </Loaded>
  );
}

function Shown({ tenant, found }: { tenant: string; found: TenantDetail }) {
  const navigate = useNavigate();
  return (
    <Section
      title={found.name}
      beside={
        <>
          <span className="mono">{found.id}</span>
          {found.suspended && <Badge tone="warning">Suspended</Badge>}
        </>
      }
      back={
        <Link to="/$tenant/admin/tenants" params={{ tenant }}>
          Tenants
        </Link>
      }
    >
      <div className={parts.stack}>
        <FactsCard key={JSON.stringify(found)} tenant={found} />
        <StandingCard tenant={found} />
        <Ceilings of={found.id} tenant={tenant} />
        <Share of={found.id} />
        <LogoCard tenant={found} />
        {found.id !== tenant && (
          <DeletionCard
            tenant={found}
            onGone={() => void navigate({ to: "/$tenant/admin/tenants", params: { tenant } })}
          />
        )}
      </div>
    </Section>
  );
}

function Ceilings({ of, tenant }: { of: string; tenant: string }) {
  const [open, setOpen] = useState<{ quota?: Quota }>();
  const ceilings = useQuery({
    ...ceilingsQuery(of),
    select: ({ results }) => ({ results, total: results.length }),
  });
  const touches = [["instance", "ceilings", of]];
  const set = useChange({
    change: (wish: QuotaWish) => setCeiling(of, wish),
    touches,
    said: "The ceiling holds from now on.",
    onDone: () => setOpen(undefined),
  });
  const lift = useChange({
    change: (quota: Quota) => liftCeiling(of, quota.kind),
    touches,
    said: "The ceiling is lifted.",
  });
  const add = (
    <Button variant="default" leftSection={<IconPlus size={14} />} onClick={() => setOpen({})}>
      Set a ceiling
    </Button>
  );
  return (
    <Card title="Ceilings" side={add} flush>
      <QuotaTable
        inCard
        label="Ceilings"
        query={ceilings}
        mayChange={() => true}
        onChange={(quota) => setOpen({ quota })}
        onLift={(quota) => lift.mutate(quota, { onError: tellProblem })}
      />
      {open && (
        <QuotaDialog
          tenant={tenant}
          quota={open.quota}
          ofInstance
          change={set}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Card>
  );
}

function Share({ of }: { of: string }) {
  const share = useQuery(shareQuery(of));
  const [wanted, setWanted] = useState<number>();
  const save = useChange({
    change: (weight: number) => setShare(of, weight),
    touches: [["instance", "share", of]],
    said: "The share counts from the next claim on.",
    onDone: () => setWanted(undefined),
  });
  if (share.error) return <Problem error={share.error} onRetry={() => void share.refetch()} />;
  if (!share.data) return null;
  const weight = wanted ?? share.data.weight;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(weight);
  };
  return (
    <Card title="Share of scarce workers">
      <form className={parts.form} style={{ maxWidth: 320 }} onSubmit={submit}>
        {save.error && <Problem error={save.error} />}
        <NumberInput
          label="Weight"
          description="When all workers are busy, a tenant of weight 2 gets twice what one of weight 1 gets."
          size="xs"
          min={1}
          max={1000}
          allowDecimal={false}
          value={weight}
          onChange={(next) => setWanted(Number(next) || 1)}
        />
        <div className={parts.formEnd} style={{ justifyContent: "flex-start" }}>
          <Button type="submit" loading={save.isPending} disabled={weight === share.data.weight}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  );
}
