/// Questions about rights: who may do this here, why may they, what if it goes, what nobody uses.
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { AccessSearch, Question } from "@/routes/admin-search";
import { TabBar, tabClass } from "@/ui/tabs";
import { Section } from "../parts/section";
import classes from "./access.module.css";
import { ImpactAnswer } from "./impact";
import { UnusedAnswer } from "./unused";
import { WhoAnswer } from "./who";
import { WhyAnswer } from "./why";

const FROM = "/$tenant/admin/access";

const WORDS: Readonly<Record<Question, string>> = {
  who: "Who can do this here?",
  why: "Why can they?",
  impact: "What if it goes?",
  unused: "What does nobody use?",
};

export interface AnswerProps {
  tenant: string;
  search: AccessSearch;
  onChange: (search: AccessSearch) => void;
}

const ANSWERS = { who: WhoAnswer, why: WhyAnswer, impact: ImpactAnswer, unused: UnusedAnswer };

export function AccessExplorer() {
  const { tenant } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const ask = search.ask ?? "who";
  const Answer = ANSWERS[ask];
  const change = (next: AccessSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  return (
    <Section
      title="Access explorer"
      lead="Rights come from roles, roles from bindings, and bindings hold below their namespace. Ask, and see the whole way."
    >
      <div className={classes.tabs}>
        <TabBar label="Questions">
          {(Object.keys(WORDS) as Question[]).map((one) => (
            <Link
              key={one}
              to={FROM}
              params={{ tenant }}
              search={(before: AccessSearch) => ({ ...before, ask: one })}
              className={tabClass}
              // The router compares the whole search; only the question makes a tab the current one.
              activeProps={{}}
              data-status={one === ask ? "active" : undefined}
              aria-current={one === ask ? "page" : undefined}
            >
              {WORDS[one]}
            </Link>
          ))}
        </TabBar>
      </div>
      <Answer tenant={tenant} search={search} onChange={change} />
    </Section>
  );
}
