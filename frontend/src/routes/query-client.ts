/// How answers of the server are kept, retried and given up.
import { QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "@/api/client";

/** A refusal stays a refusal; only silence and failures of the server are worth another try. */
function worthRetrying(failures: number, error: Error): boolean {
  const refused = error instanceof ApiProblem && error.status >= 400 && error.status < 500;
  return !refused && failures < 2;
}

function signInAgain(error: Error): void {
  if (!(error instanceof ApiProblem) || error.status !== 401) return;
  const { pathname, search } = window.location;
  const at = pathname.replace(/^\/ui/, "");
  if (at.startsWith("/login") || at.startsWith("/setup")) return;
  window.location.assign(`/ui/login?next=${encodeURIComponent(at + search)}`);
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      // The router asks for "me" itself and knows where to go.
      onError: (error, query) => query.queryKey[0] !== "me" && signInAgain(error),
    }),
    defaultOptions: {
      queries: { retry: worthRetrying, staleTime: 2_000, refetchOnWindowFocus: true },
    },
  });
}
