/// Text that a person types now and the URL learns a moment later.
import { useDebouncedCallback } from "@mantine/hooks";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";

export function useSearchText(
  inUrl: string | undefined,
  onSettled: (text: string | undefined) => void,
): [string, (text: string) => void] {
  const [text, setText] = useState(inUrl ?? "");
  const router = useRouter();
  const settle = useDebouncedCallback((next: string, typedAt: string) => {
    // Whoever has followed a link meanwhile must not be taken back to the list.
    if (router.latestLocation.pathname === typedAt) onSettled(next.trim() || undefined);
  }, 250);
  // Going back, or a cleared filter, changes the URL under the box.
  useEffect(() => setText(inUrl ?? ""), [inUrl]);
  return [
    text,
    (next) => {
      setText(next);
      settle(next, router.latestLocation.pathname);
    },
  ];
}
