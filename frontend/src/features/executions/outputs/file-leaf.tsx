/// A file in storage, as a leaf of the outputs: look into it, or take it.
import { ActionIcon, Modal, ScrollArea, Skeleton, Table, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDownload, IconEye, IconFile } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { filePath, filePreviewQuery } from "@/api/executions";
import { Problem } from "@/ui/problem";
import classes from "./outputs.module.css";
import { type Preview, previewOf } from "./preview";

export function isStorageUri(value: unknown): value is string {
  return typeof value === "string" && /^(downbeat|kestra):\/\/\//.test(value);
}

interface FileLeafProps {
  tenant: string;
  executionId: string;
  uri: string;
}

export function FileLeaf({ tenant, executionId, uri }: FileLeafProps) {
  const [opened, look] = useDisclosure(false);
  const name = uri.slice(uri.lastIndexOf("/") + 1);
  return (
    <span className={classes.file}>
      <IconFile size={14} aria-hidden />
      <span title={uri}>{name}</span>
      <Tooltip label="Look into it">
        <ActionIcon size="sm" aria-label={`Look into ${name}`} onClick={look.open}>
          <IconEye size={14} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Download">
        <ActionIcon
          size="sm"
          component="a"
          href={filePath(tenant, executionId, uri)}
          download={name}
          aria-label={`Download ${name}`}
        >
          <IconDownload size={14} />
        </ActionIcon>
      </Tooltip>
      <Modal opened={opened} onClose={look.close} title={name} size="xl">
        {opened && <PreviewBody {...{ tenant, executionId, uri }} name={name} />}
      </Modal>
    </span>
  );
}

function PreviewBody({ tenant, executionId, uri, name }: FileLeafProps & { name: string }) {
  const { data, error } = useQuery(filePreviewQuery(tenant, executionId, uri));
  if (error) return <Problem error={error} />;
  if (!data) return <Skeleton height={160} />;
  return (
    <>
      <PreviewContent preview={previewOf(data)} name={name} />
      {data.truncated && (
        <p className={classes.cut}>Only the beginning is shown; download it to see all.</p>
      )}
    </>
  );
}

function PreviewContent({ preview, name }: { preview: Preview; name: string }) {
  switch (preview.kind) {
    case "image":
      return <img src={preview.source} alt={name} className={classes.image} />;
    case "binary":
      return <p className={classes.cut}>This file is not text. Download it to open it.</p>;
    case "text":
      return (
        <ScrollArea.Autosize mah="60vh">
          <pre className={`mono ${classes.text}`}>{preview.text}</pre>
        </ScrollArea.Autosize>
      );
    case "table":
      return (
        <ScrollArea.Autosize mah="60vh">
          <Table striped stickyHeader fz="xs">
            <Table.Thead>
              <Table.Tr>
                {preview.columns.map(({ name, numeric }) => (
                  <Table.Th key={name} ta={numeric ? "right" : "left"}>
                    {name}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {preview.rows.map((cells, row) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file are their number.
                <Table.Tr key={row}>
                  {preview.columns.map(({ name, numeric }, place) => (
                    <Table.Td
                      key={name}
                      ta={numeric ? "right" : "left"}
                      className={numeric ? "numeric" : undefined}
                    >
                      {cells[place] ?? ""}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea.Autosize>
      );
  }
}
