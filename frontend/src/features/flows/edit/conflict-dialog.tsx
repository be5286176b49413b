/// Somebody saved meanwhile: both sources side by side, and three ways to go on.
import { Button, Group, Modal, Stack } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { revisionsQuery } from "@/api/flows";
import type { FlowKey } from "@/api/types";
import { SourceDiff } from "@/editor/source-diff";
import { SourceMerge } from "@/editor/source-merge";
import classes from "./conflict-dialog.module.css";

export interface ConflictDialogProps {
  tenant: string;
  flow: FlowKey;
  /** The newer revision, and what stands in it. */
  revision: number;
  theirs: string;
  mine: string;
  onTheirs: () => void;
  onMine: () => void;
  /** With the text that was put together by hand; it is not saved yet. */
  onMerged: (text: string) => void;
  onClose: () => void;
}

export function ConflictDialog(props: ConflictDialogProps) {
  const { tenant, flow, revision, theirs, mine, onTheirs, onMine, onMerged, onClose } = props;
  const narrow = useMediaQuery("(max-width: 900px)", undefined, { getInitialValueInEffect: false });
  const { data } = useQuery(revisionsQuery(tenant, flow));
  const author = data?.find((one) => one.revision === revision)?.author || "Somebody";
  const [merged, setMerged] = useState<string>();
  const merging = merged !== undefined;
  return (
    <Modal
      opened
      onClose={onClose}
      size="min(1200px, 96vw)"
      title={`${author} saved revision ${revision} while you were writing`}
    >
      <Stack gap="sm">
        <p className={classes.told}>
          {merging
            ? "Arrows take over a change of theirs; the text on your side can be edited."
            : "Nothing is lost: whatever you choose, every saved revision stays under Revisions."}
        </p>
        {!narrow && (
          <div className={classes.sides} aria-hidden>
            <span>Theirs: revision {revision}</span>
            <span>Yours</span>
          </div>
        )}
        <div className={classes.diff}>
          {merging ? (
            <SourceMerge
              theirs={theirs}
              mine={mine}
              unified={narrow === true}
              onChange={setMerged}
            />
          ) : (
            <SourceDiff before={theirs} after={mine} unified={narrow === true} />
          )}
        </div>
        <Group justify="flex-end" gap="xs">
          {merging ? (
            <>
              <Button variant="default" onClick={() => setMerged(undefined)}>
                Back
              </Button>
              <Button onClick={() => onMerged(merged)}>Use the merged text</Button>
            </>
          ) : (
            <>
              <Button variant="default" onClick={onTheirs}>
                Take theirs
              </Button>
              <Button variant="default" onClick={() => setMerged(mine)}>
                Merge by hand
              </Button>
              <Button onClick={onMine}>Keep mine</Button>
            </>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
