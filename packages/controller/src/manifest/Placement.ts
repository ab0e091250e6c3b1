/** Where the pods that an attempt causes may run, and with what their images are pulled: as the configuration has it for agents. */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"

export const placement = (
  { affinity, imagePullSecrets, nodeSelector, runtimeClassName, tolerations }: OrchestratorConfig["agent"]
) => ({
  ...(imagePullSecrets.length === 0 ? {} : { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
  ...(runtimeClassName === undefined ? {} : { runtimeClassName }),
  ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
  ...(tolerations.length === 0 ? {} : { tolerations }),
  ...(affinity === undefined ? {} : { affinity })
})
