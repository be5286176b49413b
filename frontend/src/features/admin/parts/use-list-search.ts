/// The text and the page of a list, as its address says them.
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ListSearch } from "@/routes/admin-search";
import type { ListingPaging } from "./listing";

export interface ListAddress {
  /** What a query of one page needs. */
  asked: { q: string | undefined; page: number; size: number };
  paging: ListingPaging;
  onSearch: (q: string | undefined) => void;
}

/** For pages whose address is validated by `listSearch`; another text begins at the first page. */
export function useListSearch(): ListAddress {
  const { q, page = 1, size = 25 }: ListSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (next: ListSearch) =>
    void navigate({
      to: ".",
      search: (before: object) => ({ ...before, page: undefined, ...next }),
      replace: true,
    });
  return {
    asked: { q, page, size },
    paging: {
      page,
      size,
      onPage: (next) => change({ page: next }),
      onSize: (next) => change({ size: next }),
    },
    onSearch: (text) => change({ q: text }),
  };
}
