/// All namespaces that one may see, as the tree that they are.
import { ActionIcon, Button, TextInput } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import {
  IconChevronDown,
  IconChevronRight,
  IconFolder,
  IconPlus,
  IconSearch,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useMay } from "@/api/access";
import { namespacesQuery } from "@/api/namespaces";
import type { Namespace } from "@/api/types";
import classes from "@/features/namespaces/namespaces.module.css";
import { Empty } from "@/ui/empty";
import { PageHead } from "@/ui/page-head";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { useSearchText } from "@/ui/use-search-text";
import { useTitle } from "@/ui/use-title";
import { Waiting } from "@/ui/waiting";
import { type Branch, branchesOf } from "./branches";
import { NewNamespace } from "./new-namespace";

export function NamespaceTree() {
  useTitle("Namespaces");
  const { tenant } = useParams({ from: "/$tenant/namespaces" });
  const { q } = useSearch({ from: "/$tenant/namespaces" });
  const navigate = useNavigate({ from: "/$tenant/namespaces" });
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useSearchText(
    q,
    (next) => void navigate({ search: { q: next }, replace: true }),
  );
  const [making, make] = useDisclosure(false);
  const namespaces = useQuery(namespacesQuery(tenant));
  const may = useMay(tenant);
  useHotkeys([["/", () => input.current?.focus()]]);
  return (
    <>
      <PageHead
        title="Namespaces"
        actions={
          may("namespace.create") && (
            <Button leftSection={<IconPlus size={15} />} onClick={make.open}>
              New namespace
            </Button>
          )
        }
      />
      <div className={classes.list}>
        <div className={classes.bar}>
          <TextInput
            ref={input}
            className={classes.searchBox}
            aria-label="Search namespaces"
            placeholder="Search namespaces"
            leftSection={<IconSearch size={14} />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </div>
        {namespaces.error && (
          <Problem error={namespaces.error} onRetry={() => void namespaces.refetch()} />
        )}
        {namespaces.isPending && <Waiting rows={8} />}
        {namespaces.data && <Tree tenant={tenant} all={namespaces.data.results} q={q} />}
      </div>
      {making && <NewNamespace tenant={tenant} onClose={make.close} />}
    </>
  );
}

function Tree({ tenant, all, q }: { tenant: string; all: readonly Namespace[]; q?: string }) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const facts = new Map(all.map((one) => [one.id, one]));
  const branches = branchesOf(
    all.map((one) => one.id),
    q,
    closed,
  );
  const toggle = (id: string) => {
    const next = new Set(closed);
    if (!next.delete(id)) next.add(id);
    setClosed(next);
  };
  if (branches.length === 0)
    return (
      <Empty
        icon={<IconFolder size={22} />}
        title={q ? "No namespace matches" : "There is no namespace yet"}
      >
        {q
          ? "Try another word of its path."
          : "A namespace holds flows with what they share: secrets, values, files, connections, and the rights of people. Saving a flow makes its namespace too."}
      </Empty>
    );
  return (
    <div className={table.frame}>
      <table className={table.table}>
        <thead>
          <tr>
            <th>Namespace</th>
            <th>Description</th>
          </tr>
        </thead>
        <tbody>
          {branches.map((branch) => (
            <tr key={branch.id}>
              <td data-grow>
                <Name
                  tenant={tenant}
                  branch={branch}
                  open={q !== undefined || !closed.has(branch.id)}
                  onToggle={() => toggle(branch.id)}
                />
              </td>
              <td className={table.secondary}>{facts.get(branch.id)?.description}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface NameProps {
  tenant: string;
  branch: Branch;
  open: boolean;
  onToggle: () => void;
}

function Name({ tenant, branch, open, onToggle }: NameProps) {
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <span className={classes.level} style={{ paddingLeft: branch.depth * 22 }}>
      {branch.parent ? (
        <ActionIcon
          size="sm"
          aria-label={`${open ? "Close" : "Open"} ${branch.id}`}
          aria-expanded={open}
          onClick={onToggle}
        >
          <Chevron size={14} />
        </ActionIcon>
      ) : (
        <span style={{ width: 22 }} />
      )}
      <IconFolder size={16} aria-hidden />
      <Link
        to="/$tenant/namespaces/$namespaceId"
        params={{ tenant, namespaceId: branch.id }}
        className={table.primary}
        title={branch.id}
      >
        {branch.name}
      </Link>
    </span>
  );
}
