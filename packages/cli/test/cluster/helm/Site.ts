/** What people and their scripts do with an installation, in short words. */
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { eventually } from "../Eventually.ts"
import { remotesOf } from "./HelmNode.ts"
import { Plane, root } from "./Plane.ts"
import { shell, type ShellOptions } from "./Shell.ts"

export const namespace = "orchestrator"

/** Values that only the test needs: the remotes of the examples, and tokens that are for us alone. */
const siteValues = (remotes: string) => ({
  auth: { audiences: ["orchestrator"] },
  agent: { terminationGracePeriodSeconds: 20 },
  git: {
    allowedProtocols: ["https", "ssh", "http", "file"],
    insteadOf: { "file:///demo/": `file://${remotes}/` }
  },
  cleanup: { completedJobDelayMinutes: 0, failedJobDelayMinutes: 0 }
})

interface HttpAnswer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
  readonly text: string
}

const parsed = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

const answered = async (url: string, { body, token }: { readonly body?: unknown; readonly token?: string }) => {
  const response = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` })
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const text = await response.text()
  const answer: HttpAnswer = { status: response.status, text, json: parsed(text) }
  return answer
}

export const makeSite = Effect.gen(function*() {
  const plane = yield* Plane
  const { folder, helm, kubectl, tryHelm } = plane
  const inNamespace = (args: ReadonlyArray<string>) => [...args, "-n", namespace]
  const ask = (args: ReadonlyArray<string>, options?: ShellOptions) => kubectl(inNamespace(args), options)
  const values = join(folder, "values.json")
  writeFileSync(values, JSON.stringify(siteValues(remotesOf(plane))))
  const field = (what: ReadonlyArray<string>, path: string) => ask(["get", ...what, "-o", `jsonpath=${path}`])

  const valuesArgs = (more: object) => {
    const file = join(folder, "more.json")
    writeFileSync(file, JSON.stringify(more))
    return ["--values", values, "--values", file]
  }

  /** `helm VERB orchestrator ./chart` with the test's values and these. */
  const install = (verb: "install" | "upgrade", more: object = {}, args: ReadonlyArray<string> = []) =>
    helm(inNamespace([verb, "orchestrator", "./chart", ...args, ...valuesArgs(more)]))

  const tryUpgrade = (more: object) => tryHelm(inNamespace(["upgrade", "orchestrator", "./chart", ...valuesArgs(more)]))

  /** Waits until the new pods serve and the old ones are gone; shows why when they do not. */
  const rolledOut = Effect.gen(function*() {
    const { code, stderr, stdout } = yield* plane.tryKubectl(
      inNamespace(["rollout", "status", "deployment/orchestrator", "--timeout=3m"])
    )
    if (code === 0) return
    const pods = yield* ask(["describe", "pods", "-l", "app.kubernetes.io/name=orchestrator"])
    const logs = yield* plane.tryKubectl(inNamespace(["logs", "-l", "app.kubernetes.io/name=orchestrator", "--prefix"]))
    return yield* Effect.die(new Error([stdout, stderr, pods, logs.stdout, logs.stderr].join("\n")))
  })

  const address = Effect.map(field(["service", "orchestrator"], "{.spec.clusterIP}"), (ip) => `http://${ip}`)

  const http = Effect.fnUntraced(
    function*(path: string, how: { readonly body?: unknown; readonly token?: string } = {}) {
      const base = yield* address
      return yield* Effect.tryPromise({ try: () => answered(`${base}${path}`, how), catch: String })
    }
  )

  /** Asks until the API answers with this status: it may be between two pods, or wait for the cluster. */
  const answers = (
    wanted: number,
    path: string,
    how: { readonly body?: unknown; readonly token?: string } = {},
    also: (answer: HttpAnswer) => boolean = () => true
  ) => eventually(`${path} to answer ${wanted}`, http(path, how), (answer) => answer.status === wanted && also(answer))

  const status = (kind: string, name: string) =>
    Effect.map(field([kind, name], "{.status}"), (text) => parsed(text === "" ? "{}" : text))

  const ended = (name: string, kind = "coderun") =>
    eventually(
      `${kind} ${name} to end`,
      status(kind, name),
      ({ phase }) => ["Succeeded", "Failed", "Cancelled"].includes(String(phase)),
      180
    )

  const running = (name: string) =>
    eventually(
      `the pod of ${name} to run`,
      field(["pods", "-l", `orchestrator.platform/run=${name}`], "{.items[*].status.phase}"),
      (phases) => phases.split(" ").includes("Running"),
      120
    )

  const run = (name: string, spec: object = {}) =>
    ask(["apply", "-f", "-"], {
      input: JSON.stringify({
        apiVersion: "orchestrator.platform/v1",
        kind: "CodeRun",
        metadata: { name },
        spec: {
          taskId: 2,
          service: "hello-api",
          repositoryUrl: "file:///demo/hello-api.git",
          docsRepositoryUrl: "file:///demo/docs.git",
          docsProjectDirectory: "_projects/hello-api",
          workingDirectory: ".",
          model: "claude-sonnet-4-20250514",
          githubUser: "demo-agent",
          ...spec
        }
      })
    })

  /** Names of the Jobs that have ever been made for a run, from the API server's audit log. */
  const jobsOf = (name: string) =>
    Effect.sync(() =>
      readFileSync(join(folder, "audit.log"), "utf8").split("\n").flatMap((line) => {
        if (!line.includes("\"verb\":\"create\"") || !line.includes("\"resource\":\"jobs\"")) return []
        const { objectRef, responseStatus } = parsed(line) as {
          readonly objectRef?: { readonly name?: string; readonly namespace?: string }
          readonly responseStatus?: { readonly code?: number }
        }
        const job = objectRef?.name ?? ""
        return responseStatus?.code === 201 && objectRef?.namespace === namespace && job.startsWith(`code-${name}-v`)
          ? [job]
          : []
      })
    )

  /** A commit on a branch of a remote. */
  const onRemote = (remote: string, branch: unknown) =>
    Effect.map(
      shell("git", ["-C", join(remotesOf(plane), `${remote}.git`), "rev-parse", `refs/heads/${String(branch)}`]),
      (text) => text.trim()
    )

  /** Runs a command of the repository as a person would. */
  const bash = (command: string, options: ShellOptions = {}) =>
    shell("bash", ["-euo", "pipefail", "-c", command], { cwd: root, ...options, env: { ...plane.env, ...options.env } })

  const podNames = Effect.map(
    field(["pods", "-l", "app.kubernetes.io/component=controller"], "{.items[*].metadata.name}"),
    (text) => text.split(" ").filter((each) => each !== "").toSorted()
  )

  return {
    ...plane,
    address,
    ask,
    install,
    tryUpgrade,
    rolledOut,
    answers,
    http,
    status,
    ended,
    running,
    run,
    jobsOf,
    onRemote,
    bash,
    field,
    podNames
  }
})
