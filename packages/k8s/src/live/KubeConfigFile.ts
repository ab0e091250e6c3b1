/** The one import of client-node: by name, so that a bundle takes its KubeConfig along and leaves the thousand generated models. */
import { KubeConfig } from "@kubernetes/client-node"

/** The kubeconfig of a file; without one, what kubectl would use, or the pod's service account. */
export const loadKubeConfig = (path: string | undefined): KubeConfig => {
  const config = new KubeConfig()
  if (path === undefined) config.loadFromDefault()
  else config.loadFromFile(path)
  return config
}
