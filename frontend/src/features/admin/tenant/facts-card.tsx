/// The name of a tenant, and what holds for everybody in it.
import { Button, Checkbox, Select, SimpleGrid, TagsInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { changeTenant, type TenantDetail, tenantKey } from "@/api/tenant";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { useChange } from "../parts/use-change";

const PAGES = [
  { value: "home", label: "Home" },
  { value: "flows", label: "Flows" },
  { value: "executions", label: "Executions" },
  { value: "namespaces", label: "Namespaces" },
  { value: "logs", label: "Logs" },
];

export function FactsCard({ tenant }: { tenant: TenantDetail }) {
  const [name, setName] = useState(tenant.name);
  const [settings, setSettings] = useState(tenant.settings);
  const set = (more: Partial<typeof settings>) => setSettings({ ...settings, ...more });
  const save = useChange({
    change: () => changeTenant(tenant.id, { name: name.trim(), settings }),
    touches: [tenantKey(tenant.id), ["instance"], ["me"]],
    said: "The settings are saved.",
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const runners = settings.allowedTaskRunners;
  return (
    <Card title="General">
      <form className={parts.form} onSubmit={submit}>
        {save.error && <Problem error={save.error} />}
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <TextInput
            label="Name"
            description={`Its id, ${tenant.id}, stands in addresses and stays.`}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={255}
            required
          />
          <Select
            label="Time zone"
            description="For people who chose none."
            placeholder="Each browser's own"
            searchable
            clearable
            clearButtonProps={{ "aria-label": "Clear time zone" }}
            data={["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")]}
            allowDeselect={false}
            value={settings.timezone}
            onChange={(timezone) => set({ timezone })}
            nothingFoundMessage="No zone is called so"
          />
          <Select
            label="First page"
            description="For people who chose none."
            placeholder="Home"
            clearable
            clearButtonProps={{ "aria-label": "Clear first page" }}
            data={PAGES}
            allowDeselect={false}
            value={settings.startPage}
            onChange={(startPage) => set({ startPage })}
          />
          <TagsInput
            size="xs"
            label="Task runners"
            description="Patterns; flows that name another runner are refused. Empty allows any."
            placeholder={runners?.length ? undefined : "core.runner.*"}
            value={runners ?? []}
            onChange={(next) => set({ allowedTaskRunners: next.length > 0 ? next : null })}
            splitChars={[",", " "]}
            acceptValueOnBlur
          />
        </SimpleGrid>
        <Checkbox
          size="xs"
          label="Namespaces are made by hand: a deployment into one that does not exist is refused"
          checked={settings.requireExistingNamespace}
          onChange={(event) => set({ requireExistingNamespace: event.currentTarget.checked })}
        />
        <div className={parts.formEnd}>
          <Button type="submit" loading={save.isPending} disabled={!name.trim()}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  );
}
