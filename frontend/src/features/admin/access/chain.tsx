/// The way by which somebody comes to a right, drawn: person → group → role → place.
import {
  IconArrowRight,
  IconFolder,
  IconShieldCheck,
  IconUser,
  IconUsersGroup,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Chain } from "@/api/explorer";
import classes from "./access.module.css";

export interface ChainDrawingProps {
  tenant: string;
  chain: Chain;
  who: string;
  permission: string;
  /** In a row of that person: their name and the permission stand beside it already. */
  brief?: boolean;
}

export function ChainDrawing({ tenant, chain, who, permission, brief }: ChainDrawingProps) {
  return (
    <ol className={classes.chain} aria-label={`How ${who} comes to ${permission}`}>
      {!brief && <Step icon={<IconUser size={14} />} word="" text={who} />}
      {chain.group && (
        <Step
          icon={<IconUsersGroup size={14} />}
          word="is in"
          text={
            <Link to="/$tenant/admin/groups/$groupId" params={{ tenant, groupId: chain.group.id }}>
              {chain.group.name}
            </Link>
          }
        />
      )}
      <Step
        icon={<IconShieldCheck size={14} />}
        word="is bound as"
        text={
          <Link to="/$tenant/admin/roles/$roleId" params={{ tenant, roleId: chain.role.id }}>
            {chain.role.name}
          </Link>
        }
      />
      <Step
        icon={<IconFolder size={14} />}
        word="on"
        text={
          <Link
            to="/$tenant/admin/bindings"
            params={{ tenant }}
            search={chain.namespace ? { place: chain.namespace } : {}}
          >
            {chain.namespace ?? "the whole tenant"}
          </Link>
        }
      />
      {!brief && <Step word="which gives" text={<code>{permission}</code>} />}
    </ol>
  );
}

function Step({ icon, word, text }: { icon?: ReactNode; word: string; text: ReactNode }) {
  return (
    <li className={classes.step}>
      {word && (
        <span className={classes.word}>
          <IconArrowRight size={13} aria-hidden className={classes.arrow} />
          {word}
        </span>
      )}
      <span className={classes.node}>
        {icon}
        <span>{text}</span>
      </span>
    </li>
  );
}
