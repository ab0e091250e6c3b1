/** A network of pods of their own, for a node whose containers are processes; without one they are in the network of this host. */
import type { Pod } from "@orchestrator/k8s/Objects"
import type { Mounted } from "./PathMap.ts"

export interface PodNetwork {
  /** The pod's address; the same for as long as the pod is there. */
  readonly address: (pod: Pod) => string
  /** What a container of the pod is started with; makes the pod's network the first time. */
  readonly join: (pod: Pod) => {
    /** In front of the command. */
    readonly words: ReadonlyArray<string>
    /** Files that tell containers of the network: /etc/hosts. */
    readonly mounts: ReadonlyArray<Mounted>
  }
  /** The pod is gone. */
  readonly leave: (pod: Pod) => void
}
