/** The Secrets of a run, in words for a person who has to make one. */
import { sshSecretName, tokenSecretName } from "@orchestrator/domain/Names"
import { Result } from "effect"
import type { PresentRun } from "../facts/Observed.ts"
import type { CredentialHints } from "./Judge.ts"

export const credentialHints = ({ config: { secrets }, run }: PresentRun): CredentialHints => {
  const user = Result.isSuccess(run.spec) ? run.spec.success.githubUser : "<user>"
  return {
    modelKey: `Key ${secrets.apiKeySecretKey} of the Secret ${secrets.apiKeySecretName}`,
    gitAccess: `Key token of the Secret ${tokenSecretName(user)}, or ssh-privatekey of ${sshSecretName(user)},`
  }
}
