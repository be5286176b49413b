/// The files of a namespace: a tree on the left, the file on the right. The open file is in the URL.
import { Button, FileButton, Skeleton } from "@mantine/core";
import {
  IconDownload,
  IconFilePlus,
  IconFiles,
  IconFileText,
  IconFolderPlus,
  IconUpload,
} from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/api/access";
import { exportPath, fileKeys, folderQuery, makeFolder, uploadFile } from "@/api/files";
import { plural } from "@/lib/text";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { tell, tellProblem } from "@/ui/toast";
import { FileView } from "./file-view";
import classes from "./files.module.css";
import { Folder } from "./folder";
import { PathDialog } from "./path-dialog";

const FROM = "/$tenant/namespaces/$namespaceId/files";

export function Files() {
  const { tenant, namespaceId } = useParams({ from: FROM });
  const { path } = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const root = useQuery(folderQuery(tenant, namespaceId, "/"));
  const edits = useMay(tenant, namespaceId)("file.edit");
  const open = (next: string | undefined) => void navigate({ search: { path: next } });
  const place = { tenant, namespace: namespaceId };
  if (root.error)
    return (
      <div className={classes.inset}>
        <Problem error={root.error} onRetry={() => void root.refetch()} />
      </div>
    );
  if (!root.data)
    return (
      <div className={classes.inset}>
        <Skeleton height={240} />
      </div>
    );
  return (
    <div className={classes.page}>
      <Toolbar {...place} edits={edits} onOpen={open} />
      {root.data.length === 0 ? (
        <Empty icon={<IconFiles size={22} />} title="No file in this namespace">
          Scripts, queries and reference data that flows use with <code>namespaceFiles</code>.
          Upload them, or a zip archive of them.
        </Empty>
      ) : (
        <div className={classes.halves} data-open={path !== undefined || undefined}>
          <nav className={classes.tree} aria-label="Files">
            <Folder {...place} path="/" chosen={path} onOpen={open} />
          </nav>
          <div className={classes.file}>
            {path ? (
              <FileView key={path} {...place} path={path} edits={edits} onOpen={open} />
            ) : (
              <Empty icon={<IconFileText size={22} />} title="Choose a file">
                It opens here, to be read and edited. Tasks get it with <code>namespaceFiles</code>,
                expressions with <code>{"{{ read('path') }}"}</code>.
              </Empty>
            )}
          </div>
        </div>
      )}
    </div>
  );
}

interface ToolbarProps {
  tenant: string;
  namespace: string;
  edits: boolean;
  onOpen: (path: string) => void;
}

function Toolbar({ tenant, namespace, edits, onOpen }: ToolbarProps) {
  const client = useQueryClient();
  const [making, make] = useState<"file" | "folder">();
  const refresh = () => client.invalidateQueries({ queryKey: fileKeys.all(tenant, namespace) });
  const upload = useMutation({
    mutationFn: (files: readonly File[]) =>
      Promise.all(files.map((file) => uploadFile(tenant, namespace, `/${file.name}`, file))),
    onSuccess: (_, files) => tell(`${plural(files.length, "file")} uploaded`),
    onError: tellProblem,
    onSettled: refresh,
  });
  const create = useMutation({
    mutationFn: ({ kind, path }: { kind: "file" | "folder"; path: string }) =>
      kind === "folder"
        ? makeFolder(tenant, namespace, path)
        : uploadFile(tenant, namespace, path, new Blob([""])),
    onSuccess: async (_, { kind, path }) => {
      make(undefined);
      await refresh();
      if (kind === "file") onOpen(path);
    },
    onError: tellProblem,
  });
  return (
    <div className={classes.bar}>
      {edits && (
        <>
          <FileButton multiple onChange={(files) => files.length > 0 && upload.mutate(files)}>
            {(props) => (
              <Button {...props} leftSection={<IconUpload size={15} />} loading={upload.isPending}>
                Upload
              </Button>
            )}
          </FileButton>
          <Button
            variant="default"
            leftSection={<IconFilePlus size={15} />}
            onClick={() => make("file")}
          >
            New file
          </Button>
          <Button
            variant="default"
            leftSection={<IconFolderPlus size={15} />}
            onClick={() => make("folder")}
          >
            New folder
          </Button>
        </>
      )}
      <Button
        className={classes.end}
        component="a"
        href={exportPath(tenant, namespace)}
        download
        variant="default"
        leftSection={<IconDownload size={15} />}
      >
        All as zip
      </Button>
      {making && (
        <PathDialog
          title={making === "file" ? "New file" : "New folder"}
          verb="Create"
          first=""
          placeholder={making === "file" ? "scripts/load.py" : "scripts"}
          busy={create.isPending}
          onDone={(path) => create.mutate({ kind: making, path })}
          onClose={() => make(undefined)}
        />
      )}
    </div>
  );
}
