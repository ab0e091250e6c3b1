/** The Secrets of a run, in words for a person who has to make one. */
import { gitTokenSecretName, sshSecretName, tokenSecretName } from "@orchestrator/domain/Names"
import { Result } from "effect"
import type { PresentRun } from "../facts/Observed.ts"
import type { CredentialHints } from "./Judge.ts"

export const credentialHints = ({ config: { forge, secrets }, run }: PresentRun): CredentialHints => {
  const user = Result.isSuccess(run.spec) ? run.spec.success.githubUser : "<user>"
  return {
    modelKey: `Key ${secrets.apiKeySecretKey} of the Secret ${secrets.apiKeySecretName}`,
    gitAccess: `Key token of the Secret ${
      [tokenSecretName(user), ...(Object.keys(forge.hosts).length === 0 ? [] : [gitTokenSecretName(user)])]
        .join(" or ")
    }, or ssh-privatekey of ${sshSecretName(user)},`
  }
}
