/// A change of rights: afterwards every list that could show it is asked anew.
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { tell } from "@/ui/toast";

export interface ChangeOptions<A, R> {
  change: (argument: A) => Promise<R>;
  /** The beginnings of the query keys that the change may have touched. */
  touches: readonly (readonly unknown[])[];
  said?: string;
  /** When it leads to another page, that is waited for: what is gone is not asked for once more. */
  onDone?: (result: R) => unknown;
}

export function useChange<A = void, R = unknown>({
  change,
  touches,
  said,
  onDone,
}: ChangeOptions<A, R>): UseMutationResult<R, Error, A> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async (result) => {
      if (said) tell(said);
      await onDone?.(result);
    },
    // Also after a refusal: somebody else may have been faster, and the list shows what holds now.
    onSettled: () => Promise.all(touches.map((key) => client.invalidateQueries({ queryKey: key }))),
  });
}
