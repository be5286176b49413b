/// An address that leads nowhere.
import { Button } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { Empty } from "./empty";

export function NotFound() {
  return (
    <Empty
      icon={<IconMapOff size={22} />}
      title="There is nothing at this address"
      action={
        <Button component="a" href="/ui/">
          Go to the start
        </Button>
      }
    >
      It may have been deleted, or you may not see it.
    </Empty>
  );
}
