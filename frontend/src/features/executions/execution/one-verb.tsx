/// One verb on one execution, for rows outside its page.
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { resumeQuestions } from "@/api/executions";
import type { Execution, FlowInput } from "@/api/types";
import { tellProblem } from "@/ui/toast";
import { useVerb } from "./execution-actions";
import { ResumeDialog } from "./lazy-resume";

interface OneVerbProps {
  tenant: string;
  execution: Execution;
}

/** A pause that asks something asks it first; one that asks nothing is resumed at once. */
export function ResumeButton({ tenant, execution }: OneVerbProps) {
  const verb = useVerb(tenant, execution.id);
  const [questions, setQuestions] = useState<readonly FlowInput[]>([]);
  const ask = useMutation({
    mutationFn: () => resumeQuestions(tenant, execution.id),
    onSuccess: (found) => (found.length ? setQuestions(found) : verb.mutate({ verb: "resume" })),
    onError: tellProblem,
  });
  return (
    <>
      <Button loading={ask.isPending || verb.isPending} onClick={() => ask.mutate()}>
        Resume
      </Button>
      {questions.length > 0 && (
        <ResumeDialog
          flowId={execution.flowId}
          inputs={questions}
          onResume={(form) => {
            verb.mutate({ verb: "resume", form });
            setQuestions([]);
          }}
          onClose={() => setQuestions([])}
        />
      )}
    </>
  );
}

export function RestartButton({ tenant, execution }: OneVerbProps) {
  const verb = useVerb(tenant, execution.id);
  return (
    <Button
      variant="default"
      loading={verb.isPending}
      onClick={() => verb.mutate({ verb: "restart" })}
    >
      Restart
    </Button>
  );
}
