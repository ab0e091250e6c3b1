import type { PodFacts } from "../facts/Pod.ts"

/** What a person does about a pod that does not end, as far as nobody but its node can end it. */
export const nodeAway = ({ name, namespace, node }: PodFacts): string => {
  const force = `kubectl delete pod ${name} -n ${namespace} --force`
  const taint = node === undefined
    ? ""
    : `, or kubectl taint node ${node} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute`
  return `The pod ${name} has not ended; runs that wait for it continue once it is gone. If its node${
    node === undefined ? "" : ` ${node}`
  } is permanently off: ${force}${taint}`
}
