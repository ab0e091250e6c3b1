/** The control plane that `npm run test:cluster` has started. */
import { join } from "node:path"

export interface ControlPlane {
  readonly folder: string
  /** Of a cluster administrator. */
  readonly kubeconfig: string
}

export const controlPlane = (): ControlPlane => {
  const folder = process.env["CONTROL_PLANE"]
  if (folder === undefined) throw new Error("These tests need a control plane: npm run test:cluster")
  return { folder, kubeconfig: join(folder, "kubeconfig") }
}
