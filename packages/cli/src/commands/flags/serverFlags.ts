/** Flags of the commands that speak to a server: where it is, and the credentials for it. */
import { Flag } from "effect/cli"
import { contextFlag } from "./clusterFlags.ts"

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

export const serverFlags = {
  server: text(
    "server",
    "URL",
    "URL of the server; default ORCHESTRATOR_SERVER, then the local one, then the cluster's"
  ),
  tokenFile: text("token-file", "FILE", "File with a bearer token; default ORCHESTRATOR_TOKEN_FILE"),
  token: Flag.Redacted("token").pipe(
    Flag.withMetavar("TOKEN"),
    Flag.withDescription(
      "Bearer token; every user of this machine can see it in the process list: better --token-file"
    ),
    Flag.optional
  ),
  kubeconfig: text(
    "kubeconfig",
    "FILE",
    "Reach the server through the API server of this kubeconfig; default as kubectl"
  ),
  context: contextFlag,
  namespace: text(
    "namespace",
    "NAME",
    "Namespace of the server's Service; default ORCHESTRATOR_NAMESPACE, then orchestrator"
  ).pipe(
    Flag.withAlias("n")
  ),
  runsIn: text(
    "runs-in",
    "NAMESPACE",
    "Namespace of the runs, where the server looks after several; default ORCHESTRATOR_RUNS_IN, then the server's own"
  ),
  apiService: Flag.String("api-service").pipe(
    Flag.withMetavar("SERVICE"),
    Flag.withDescription(
      "Server's Service in the cluster, NAME[:PORT]; https:NAME where it speaks TLS; default orchestrator"
    ),
    Flag.withDefault("orchestrator")
  ),
  serviceAccount: text("service-account", "NAME", "Have a token of this service account made with the kubeconfig"),
  audience: text("audience", "NAME", "Audience of that token, where the server wants one"),
  state: text("state", "FOLDER", "State folder of the local server; default the nearest .orchestrator")
}
