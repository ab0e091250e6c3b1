/** The first task by each way in, as lines to copy for this server. */

interface FirstStep {
  readonly id: string
  readonly name: string
  readonly command: string
}

const manifest = `kubectl create -f - <<'YAML'
apiVersion: orchestrator.platform/v1
kind: CodeRun
metadata:
  generateName: payments-
spec:
  service: payments
  repositoryUrl: https://github.com/OWNER/REPOSITORY
  docsRepositoryUrl: https://github.com/OWNER/REPOSITORY
  workingDirectory: "."
  taskId: 0
  prompt: Add a health endpoint
  model: MODEL
  githubUser: USER
YAML`

const body = JSON.stringify({
  spec: {
    service: "payments",
    repositoryUrl: "https://github.com/OWNER/REPOSITORY",
    githubUser: "USER",
    prompt: "Add a health endpoint"
  }
})

/** `server`: where this page is from. Nothing in the lines is secret: the token is named, not written. */
export const firstSteps = (server: string): ReadonlyArray<FirstStep> => [
  {
    id: "cli",
    name: "Command line",
    command: `orchestrator code submit --server ${server} --repo . --prompt "Add a health endpoint" --follow`
  },
  {
    id: "curl",
    name: "curl",
    command: `curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  ${server}/api/v1/code-runs -d '${body}'`
  },
  { id: "kubectl", name: "kubectl", command: manifest }
]
