/// What the one who is signed in may administer; what they may not do is absent from the page.
import { useQuery } from "@tanstack/react-query";
import { rightsQuery } from "./access";
import { meQuery } from "./session";

export interface Rights {
  /** What I may do in at least one namespace. */
  somewhere: ReadonlySet<string>;
  /** What I may do in the whole tenant. */
  everywhere: ReadonlySet<string>;
  /** Manages the instance: tenants, people, its trail. */
  instance: boolean;
  superAdmin: boolean;
  /** The answers are here; before that one may nothing. */
  known: boolean;
}

export function useRights(tenant: string): Rights {
  const { data: me } = useQuery(meQuery);
  const { data: mine, error } = useQuery(rightsQuery(tenant));
  return {
    somewhere: new Set(mine?.actions),
    everywhere: new Set(mine?.everywhere),
    instance: me?.instanceOwner === true,
    superAdmin: me?.superAdmin === true,
    known: me !== undefined && (mine !== undefined || error !== null),
  };
}
