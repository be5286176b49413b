/// Text that a person types now and the URL learns a moment later.
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";

export function useSearchText(
  inUrl: string | undefined,
  onSettled: (text: string | undefined) => void,
): [string, (text: string) => void] {
  const [text, setText] = useState(inUrl ?? "");
  const settle = useDebouncedCallback((next: string) => onSettled(next.trim() || undefined), 250);
  // Going back, or a cleared filter, changes the URL under the box.
  useEffect(() => setText(inUrl ?? ""), [inUrl]);
  return [
    text,
    (next) => {
      setText(next);
      settle(next);
    },
  ];
}
