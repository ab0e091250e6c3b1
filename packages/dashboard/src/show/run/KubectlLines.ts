/** What one would type about a run, in the words of the guides. Names of Kubernetes have nothing in them that a shell reads. Pure. */
import { type KindName, runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { runLabel } from "@orchestrator/domain/Labels"
import { agentContainer } from "@orchestrator/domain/PodParts"

export interface KubectlLine {
  readonly what: string
  readonly command: string
}

interface Named {
  readonly kind: KindName
  readonly name: string
  readonly namespace: string
}

export const kubectlLines = ({ kind, name, namespace }: Named): ReadonlyArray<KubectlLine> => {
  const { singular } = runKinds[kind]
  const kubectl = `kubectl -n ${namespace}`
  return [
    { what: "How it stands", command: `${kubectl} get ${singular} ${name} -o wide` },
    { what: "Everything about it, and its events", command: `${kubectl} describe ${singular} ${name}` },
    { what: "Its manifest", command: `${kubectl} get ${singular} ${name} -o yaml` },
    { what: "What its agent prints", command: `${kubectl} logs -f -c ${agentContainer} -l ${runLabel}=${name}` },
    { what: "Wait for its end", command: `${kubectl} wait --for=condition=Finished ${singular}/${name} --timeout=1h` }
  ]
}
