/// One's own API tokens.
import { useParams } from "@tanstack/react-router";
import { useRights } from "@/api/rights";
import { Tokens } from "@/features/admin/tokens/tokens";
import classes from "./me.module.css";

export function MyTokens() {
  const { tenant } = useParams({ from: "/$tenant/me/tokens" });
  const rights = useRights(tenant);
  return (
    <>
      <p className={classes.note}>
        A token acts as you, in every tenant you belong to, until it expires or is revoked. For a
        machine, a service account is better: it does not leave with you.
      </p>
      <Tokens
        owner="me"
        catalogueOf={rights.everywhere.has("binding.view") ? tenant : undefined}
        mayEdit
        nothing="Make one for a script of yours, or for the command line."
      />
    </>
  );
}
