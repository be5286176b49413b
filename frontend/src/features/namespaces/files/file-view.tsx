/// One file: read, edited and saved, renamed, deleted, taken away.
import { ActionIcon, Button, Skeleton, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconArrowLeft,
  IconDeviceFloppy,
  IconDownload,
  IconPencil,
  IconTrash,
} from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import {
  deletePath,
  fileDownloadPath,
  fileKeys,
  fileTextQuery,
  movePath,
  uploadFile,
} from "@/api/files";
import { Confirm } from "@/ui/confirm";
import { Problem } from "@/ui/problem";
import { tell, tellProblem } from "@/ui/toast";
import classes from "./files.module.css";
import { PathDialog } from "./path-dialog";
import { isBinary, nameOf } from "./paths";

const TextEditor = lazy(() =>
  import("@/editor/text-editor").then((m) => ({ default: m.TextEditor })),
);

interface FileViewProps {
  tenant: string;
  namespace: string;
  path: string;
  edits: boolean;
  onOpen: (path: string | undefined) => void;
}

export function FileView(props: FileViewProps) {
  const { tenant, namespace, path, edits, onOpen } = props;
  const client = useQueryClient();
  const file = useQuery({
    ...fileTextQuery(tenant, namespace, path),
    refetchOnWindowFocus: false,
  });
  const [draft, setDraft] = useState<string>();
  const text = file.data?.text;
  const plain = text !== undefined && !isBinary(text) && !file.data?.cut;
  const changed = draft !== undefined && draft !== text;
  const save = useMutation({
    mutationFn: () => uploadFile(tenant, namespace, path, new Blob([draft ?? ""])),
    onSuccess: async () => {
      tell(`${nameOf(path)} is saved`);
      await client.invalidateQueries({ queryKey: fileKeys.all(tenant, namespace) });
    },
    onError: tellProblem,
  });
  const keep = () => {
    if (changed && !save.isPending) save.mutate();
  };
  return (
    <>
      <div className={classes.fileHead}>
        <ActionIcon
          className={classes.back}
          aria-label="Back to the tree"
          onClick={() => onOpen(undefined)}
        >
          <IconArrowLeft size={16} />
        </ActionIcon>
        <code className={`mono ${classes.path}`}>{path}</code>
        {edits && plain && (
          <Button
            leftSection={<IconDeviceFloppy size={15} />}
            disabled={!changed}
            loading={save.isPending}
            onClick={keep}
          >
            Save
          </Button>
        )}
        <Tooltip label="Download">
          <ActionIcon
            component="a"
            href={fileDownloadPath(tenant, namespace, path)}
            download
            aria-label={`Download ${nameOf(path)}`}
          >
            <IconDownload size={15} />
          </ActionIcon>
        </Tooltip>
        {edits && <Verbs {...props} />}
      </div>
      <div className={classes.text}>
        {file.error && <Problem error={file.error} onRetry={() => void file.refetch()} />}
        {!file.data && !file.error && <Skeleton height="100%" radius={0} />}
        {file.data && !plain && (
          <p className={classes.hint}>
            {file.data.cut
              ? "This file is too large to edit here. Download it instead."
              : "These bytes are no text. Download the file to look at it."}
          </p>
        )}
        {plain && (
          <Suspense fallback={<Skeleton height="100%" radius={0} />}>
            <TextEditor
              label={`Content of ${nameOf(path)}`}
              name={path}
              value={text}
              readOnly={!edits}
              onChange={setDraft}
              onSave={keep}
            />
          </Suspense>
        )}
      </div>
    </>
  );
}

function Verbs({ tenant, namespace, path, onOpen }: FileViewProps) {
  const client = useQueryClient();
  const [moving, move] = useDisclosure(false);
  const [going, go] = useDisclosure(false);
  const refresh = () => client.invalidateQueries({ queryKey: fileKeys.all(tenant, namespace) });
  const rename = useMutation({
    mutationFn: (to: string) => movePath(tenant, namespace, path, to),
    onSuccess: async (_, to) => {
      await refresh();
      onOpen(to);
    },
    onError: tellProblem,
  });
  const remove = useMutation({
    mutationFn: () => deletePath(tenant, namespace, path),
    onSuccess: async () => {
      tell(`${nameOf(path)} is deleted`);
      onOpen(undefined);
      await refresh();
    },
    onError: tellProblem,
  });
  return (
    <>
      <Tooltip label="Move or rename">
        <ActionIcon aria-label={`Move or rename ${nameOf(path)}`} onClick={move.open}>
          <IconPencil size={15} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Delete">
        <ActionIcon aria-label={`Delete ${nameOf(path)}`} onClick={go.open}>
          <IconTrash size={15} />
        </ActionIcon>
      </Tooltip>
      {moving && (
        <PathDialog
          title="Move or rename"
          verb="Move"
          first={path}
          busy={rename.isPending}
          onDone={(to) => rename.mutate(to)}
          onClose={move.close}
        />
      )}
      <Confirm
        opened={going}
        title={`Delete ${nameOf(path)}?`}
        verb="Delete"
        danger
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={go.close}
      >
        Flows that use it fail from now on.
      </Confirm>
    </>
  );
}
