/** Flags of the commands that reach a cluster. */
import { Flag } from "effect/cli"

export const kubeconfigFlag = Flag.String("kubeconfig").pipe(
  Flag.withDescription("Kubeconfig to use; default KUBECONFIG, ~/.kube/config, or the pod's service account"),
  Flag.optional
)

export const contextFlag = Flag.String("context").pipe(
  Flag.withDescription("Context of the kubeconfig"),
  Flag.optional
)
