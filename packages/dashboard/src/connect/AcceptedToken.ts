/** Whether the cluster knows a token, before anything on the page rests on it. */
import { connect } from "@orchestrator/client/promises/Orchestrator"
import { PermissionError } from "@orchestrator/client/promises/OrchestratorError"
import { serverUrl } from "./Place.ts"

/** The token; fails where it is refused, or nobody can tell. What its owner may do is for each view to find out. */
export const acceptedToken = async (token: string): Promise<string> => {
  await connect({ server: serverUrl(), token }).codeRuns.list({ limit: 1 }).catch((error: unknown) => {
    if (!(error instanceof PermissionError)) throw error
  })
  return token
}
