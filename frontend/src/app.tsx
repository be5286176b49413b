/// The portal's frame of providers: theme, preferences, server state, router.
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { PreferencesProvider } from "./lib/preferences";
import { createQueryClient } from "./routes/query-client";
import { createPortalRouter } from "./routes/router";
import { theme, variables } from "./styles/theme";

export function App() {
  const [client] = useState(createQueryClient);
  const [router] = useState(() => createPortalRouter(client));
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <PreferencesProvider>
        <QueryClientProvider client={client}>
          <Notifications position="bottom-right" limit={4} />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </PreferencesProvider>
    </MantineProvider>
  );
}
