/// One folder of the tree; what is inside is asked for when it is opened.
import { Skeleton } from "@mantine/core";
import { IconChevronRight, IconFile, IconFolder } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type FileEntry, folderQuery } from "@/api/files";
import { humanBytes } from "@/lib/text";
import { Problem } from "@/ui/problem";
import classes from "./files.module.css";
import { foldersOf, joined } from "./paths";

interface FolderProps {
  tenant: string;
  namespace: string;
  path: string;
  chosen: string | undefined;
  onOpen: (path: string) => void;
}

export function Folder(props: FolderProps) {
  const { tenant, namespace, path } = props;
  const { data, error, refetch } = useQuery(folderQuery(tenant, namespace, path));
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={20} />;
  if (data.length === 0) return <p className={classes.nothing}>empty</p>;
  return (
    <ul className={classes.entries}>
      {data.toSorted(foldersFirst).map((entry) => (
        <li key={entry.fileName}>
          <Entry {...props} entry={entry} at={joined(path, entry.fileName)} />
        </li>
      ))}
    </ul>
  );
}

function foldersFirst(one: FileEntry, other: FileEntry): number {
  if (one.type !== other.type) return one.type === "Directory" ? -1 : 1;
  return one.fileName.localeCompare(other.fileName, "en");
}

function Entry(props: FolderProps & { entry: FileEntry; at: string }) {
  const { entry, at, chosen, onOpen } = props;
  const onTheWay = chosen !== undefined && foldersOf(chosen).includes(at);
  const [opened, setOpened] = useState(onTheWay);
  if (entry.type === "File")
    return (
      <button
        type="button"
        className={classes.entry}
        aria-current={chosen === at || undefined}
        onClick={() => onOpen(at)}
      >
        <IconFile size={15} aria-hidden />
        <span>{entry.fileName}</span>
        <span className={classes.size}>{humanBytes(entry.size)}</span>
      </button>
    );
  return (
    <>
      <button
        type="button"
        className={classes.entry}
        aria-expanded={opened}
        onClick={() => setOpened(!opened)}
      >
        <IconChevronRight size={13} aria-hidden className={classes.chevron} />
        <IconFolder size={15} aria-hidden />
        <span>{entry.fileName}</span>
      </button>
      {opened && (
        <div className={classes.inner}>
          <Folder {...props} path={at} />
        </div>
      )}
    </>
  );
}
