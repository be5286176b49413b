/// Live updates in components: a topic's events refresh the queries they concern, no oftener than needed.
import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from "react";
import { browserSocket, LiveConnection, type LiveMessage, type Topic } from "./live";
import { throttle } from "./throttle";

const Context = createContext<LiveConnection | undefined>(undefined);

export function LiveProvider({ tenant, children }: { tenant: string; children: ReactNode }) {
  const connection = useMemo(() => new LiveConnection(browserSocket(tenant)), [tenant]);
  useEffect(() => {
    connection.open();
    return () => connection.close();
  }, [connection]);
  return <Context value={connection}>{children}</Context>;
}

const never = () => () => {};

/** Whether events arrive by themselves at this moment. */
export function useConnected(): boolean {
  const connection = useContext(Context);
  return useSyncExternalStore(connection?.watch ?? never, () => connection?.connected ?? false);
}

/** Whether nothing arrives because the tenant's requests of this minute are used up. */
export function useUsedUp(): boolean {
  const connection = useContext(Context);
  return useSyncExternalStore(connection?.watch ?? never, () => connection?.usedUp ?? false);
}

/** How often to ask although events arrive: the floor under a websocket, the fall-back without one. */
export function usePolling(active: boolean): number | false {
  const connected = useConnected();
  const usedUp = useUsedUp();
  if (!active) return 30_000;
  // Asking every few seconds would use up the next minute as well.
  return connected || usedUp ? 30_000 : 2_000;
}

export interface Listening {
  /** At most one refetch per so many milliseconds. */
  every?: number;
  /** Only events of this type; absent: all. */
  type?: string;
}

/** Refetches `keys` when something happens on `topics`, or may have been missed. */
export function useLiveQueries(
  topics: readonly Topic[],
  keys: readonly QueryKey[],
  { every = 200, type }: Listening = {},
): void {
  const connection = useContext(Context);
  const client = useQueryClient();
  const topicsText = topics.join("\n");
  const keysText = JSON.stringify(keys);
  useEffect(() => {
    if (!connection || !topicsText) return;
    const refetch = throttle(
      () =>
        Promise.all(
          (JSON.parse(keysText) as QueryKey[]).map((queryKey) =>
            client.invalidateQueries({ queryKey }),
          ),
        ),
      every,
    );
    const listener = {
      onEvent: (message: LiveMessage) => {
        if (type === undefined || message.type === type) refetch.call();
      },
      onGap: refetch.call,
    };
    const leave = topicsText
      .split("\n")
      .map((topic) => connection.subscribe(topic as Topic, listener));
    return () => {
      refetch.cancel();
      for (const stop of leave) stop();
    };
  }, [connection, client, topicsText, keysText, every, type]);
}
