/**
 * The whole, by Helm: the real chart on a real control plane, the orchestrator's pods and what it brings into agents' pods from the files of
 * the real image. One scenario, in order: each test begins where the one before it ended.
 */
import { assert, layer } from "@effect/vitest"
import { connect } from "@orchestrator/client/promises/Orchestrator"
import { Effect } from "effect"
import { join } from "node:path"
import { eventually } from "./Eventually.ts"
import { commandLine } from "./helm/CommandLine.ts"
import { helmCluster } from "./helm/HelmNode.ts"
import { root } from "./helm/Plane.ts"
import { makeSite, namespace } from "./helm/Site.ts"

const timeoutMillis = 300_000

/** Form of a GitHub token, and nothing else of one. */
const notAToken = `ghp_${"NotARealToken".repeat(3).slice(0, 36)}`

const warningsOf = (json: Readonly<Record<string, unknown>>): string => JSON.stringify(json["warnings"] ?? [])

layer(helmCluster, { excludeTestServices: true, timeout: "15 minutes" })("the chart on a real control plane", (it) => {
  it.effect(
    "is installed without an API key, and says which is missing until it is there",
    () =>
      Effect.gen(function*() {
        const { ask, http, install, kubectl, rolledOut } = yield* makeSite
        yield* kubectl(["create", "namespace", namespace])
        yield* kubectl(["label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted"])
        const notes = yield* install("install")
        assert.include(notes, "MISSING: the Secret orchestrator-secrets with the key ANTHROPIC_API_KEY")
        yield* rolledOut
        const says = (...words: ReadonlyArray<string>) =>
          eventually(
            `/ready to say ${words.join(", ")}`,
            http("/ready"),
            ({ json, status }) => status === 200 && words.every((word) => warningsOf(json).includes(word)),
            60
          )
        yield* says(
          "There is no Secret orchestrator-secrets in namespace orchestrator",
          "ANTHROPIC_API_KEY",
          "kubectl create"
        )
        yield* ask(["create", "secret", "generic", "orchestrator-secrets", "--from-literal=ANOTHER=x"])
        yield* says("orchestrator-secrets", "has no key ANTHROPIC_API_KEY")
        yield* ask(["delete", "secret", "orchestrator-secrets"])
        yield* ask([
          "create",
          "secret",
          "generic",
          "orchestrator-secrets",
          "--from-literal=ANTHROPIC_API_KEY=not-a-real-key"
        ])
        yield* eventually("nothing to be missing", http("/ready"), ({ json }) => json["warnings"] === undefined, 60)
      }),
    timeoutMillis
  )

  it.effect("passes helm test", () =>
    Effect.gen(function*() {
      const { helm } = yield* makeSite
      const said = yield* helm(["test", "orchestrator", "-n", namespace])
      assert.include(said, "Phase:          Succeeded")
    }), timeoutMillis)

  it.effect(
    "a CodeRun by kubectl, with secrets by the script, becomes a branch on the remote",
    () =>
      Effect.gen(function*() {
        const { ask, bash, ended, folder, onRemote } = yield* makeSite
        const key = join(folder, "agent-key")
        yield* bash(`ssh-keygen -q -t ed25519 -N '' -C agent -f ${key}`)
        yield* bash(`scripts/setup-agent-secrets.sh --user demo-agent --ssh-key ${key} --token -`, { input: notAToken })
        yield* ask(["apply", "-f", join(root, "examples/coderun.yaml")])
        const status = yield* ended("hello-api")
        assert.strictEqual(status["phase"], "Succeeded", JSON.stringify(status))
        assert.strictEqual(yield* onRemote("hello-api", status["branch"]), status["headCommit"])
      }),
    timeoutMillis
  )

  it.effect(
    "a CodeRun by HTTP needs a token of the cluster and RBAC, and the refusals say how to get both",
    () =>
      Effect.gen(function*() {
        const { answers, ask, bash, ended } = yield* makeSite
        const path = "/api/v1/code-runs"
        const body = {
          name: "by-http",
          spec: {
            taskId: 1,
            service: "by-http",
            repositoryUrl: "file:///demo/hello-api.git",
            docsRepositoryUrl: "file:///demo/docs.git",
            docsProjectDirectory: "_projects/hello-api",
            workingDirectory: ".",
            githubUser: "demo-agent"
          }
        }
        yield* answers(401, path, { body })
        yield* answers(401, path, { body, token: "not-a-real-token" })
        yield* ask(["create", "serviceaccount", "ci"])
        // For the API server, not for us.
        const foreign = (yield* ask(["create", "token", "ci"])).trim()
        yield* answers(401, path, { body, token: foreign })
        const token = (yield* ask(["create", "token", "ci", "--audience", "orchestrator"])).trim()
        const noRuns = yield* answers(403, path, { body, token })
        assert.include(noRuns.text, "create coderuns.orchestrator.platform")
        const granting = (hint: unknown) =>
          bash(String(hint).split("\n").filter((line) => /^(?:kubectl|echo) /.test(line)).join("\n"))
        yield* granting(noRuns.json["hint"])
        const noSecrets = yield* answers(403, path, { body, token }, ({ text }) => text.includes("secrets"))
        for (const name of ["github-ssh-demo-agent", "github-token-demo-agent"]) {
          assert.include(noSecrets.text, name)
        }
        yield* granting(noSecrets.json["hint"])
        yield* answers(201, path, { body, token })
        const status = yield* ended("by-http")
        assert.strictEqual(status["phase"], "Succeeded", JSON.stringify(status))
      }),
    timeoutMillis
  )

  it.effect(
    "a kubeconfig alone is enough for the command line: by the API server's proxy, with a token that is made for it",
    () =>
      Effect.gen(function*() {
        const { ask, kubeconfig, orchestrator, rights } = yield* commandLine
        yield* rights("ci", ["coderuns", "docsruns"])
        const through = ["--kubeconfig", kubeconfig, "--service-account", "ci", "--audience", "orchestrator"]
        const submit = [
          ...["code", "submit", "--name", "by-command", "--repo", "file:///demo/hello-api.git", "--user", "demo-agent"],
          ...["--prompt", "Add a farewell", "--service", "by-command"]
        ]
        const made = yield* orchestrator([...submit, "--follow", "--timeout", "4m", ...through])
        assert.strictEqual(made.code, 0, made.stderr)
        assert.include(made.stdout, "coderun/by-command created")
        assert.match(made.stderr, /by-command +\| .*agent/)
        const { stdout } = yield* orchestrator(["get", "by-command", "-o", "json", ...through])
        assert.strictEqual(JSON.parse(stdout).phase, "Succeeded")
        assert.match((yield* orchestrator(["logs", "by-command", "--tail", "5", ...through])).stdout, /Completed/)

        const nobody = yield* orchestrator(["list", "--kubeconfig", kubeconfig])
        assert.strictEqual(nobody.code, 1)
        assert.match(nobody.stderr, /Missing or invalid token[^]*--service-account NAME/)
        yield* ask(["create", "serviceaccount", "stranger"])
        const stranger = ["--kubeconfig", kubeconfig, "--service-account", "stranger", "--audience", "orchestrator"]
        const refused = yield* orchestrator(["list", ...stranger])
        assert.match(refused.stderr, /Permission denied[^]*kubectl create role/)

        const { stdout: found } = yield* orchestrator(["doctor", "-o", "json", ...through])
        const checks: ReadonlyArray<{ readonly check: string; readonly status: string; readonly found: string }> =
          JSON.parse(found).checks
        const statusOf = (check: string) => checks.find((each) => each.check === check)?.status
        for (
          const check of [
            "cluster version",
            "definitions",
            "deployment",
            "rights",
            "secrets of demo-agent",
            "server",
            "clock"
          ]
        ) {
          assert.strictEqual(statusOf(check), "ok", found)
        }
        assert.strictEqual(statusOf("network policy"), "ok", found)
      }),
    timeoutMillis
  )

  it.effect(
    "the client submits and follows a run, and reads what is left of it when its pod is gone",
    () =>
      Effect.gen(function*() {
        const { address, ask, field } = yield* makeSite
        const token = (yield* ask(["create", "token", "ci", "--audience", "orchestrator"])).trim()
        const { codeRuns } = connect({ server: yield* address, token })
        const collect = async <A>(all: AsyncIterable<A>) => {
          const found: Array<A> = []
          for await (const each of all) found.push(each)
          return found
        }
        const name = "by-client"
        yield* Effect.promise(() =>
          codeRuns.submit({
            name,
            spec: {
              prompt: "Add a farewell",
              service: name,
              repositoryUrl: "file:///demo/hello-api.git",
              githubUser: "demo-agent"
            }
          })
        )
        const { phase, status } = yield* Effect.promise(() => codeRuns.waitUntilFinished(name))
        assert.strictEqual(phase, "Succeeded", JSON.stringify(status))
        yield* ask(["delete", "job", "--ignore-not-found", status?.jobName ?? ""])
        yield* eventually(
          "its pod to be gone",
          field(["pods", "-l", `orchestrator.platform/run=${name}`], "{.items[*].metadata.name}"),
          (pods) => pods === ""
        )
        assert.match((yield* Effect.promise(() => collect(codeRuns.logs(name)))).join("\n"), /Completed/)
        assert.include(yield* Effect.promise(() => codeRuns.diff(name)), "diff --git")
        const events = yield* Effect.promise(() => collect(codeRuns.transcript(name)))
        assert.include(events.map(({ type }) => type), "message")
        yield* Effect.promise(() => codeRuns.delete(name))
        assert.notInclude((yield* Effect.promise(() => codeRuns.list())).items.map((run) => run.name), name)
      }),
    timeoutMillis
  )

  it.effect("a rolling upgrade to three replicas loses nothing of a run that is alive", () =>
    Effect.gen(function*() {
      const { answers, ended, field, install, jobsOf, podNames, rolledOut, run, running } = yield* makeSite
      const before = yield* podNames
      yield* run("alive", { env: { DEMO_AGENT_SECONDS: "40" } })
      yield* running("alive")
      yield* install("upgrade", { replicaCount: 3, limits: { activeRuns: 7 } })
      yield* rolledOut
      const after = yield* eventually(
        "three new pods and none of the old: a changed value restarts them",
        podNames,
        (names) => names.length === 3 && !names.some((name) => before.includes(name))
      )
      yield* answers(200, "/ready")
      const status = yield* ended("alive")
      assert.strictEqual(status["phase"], "Succeeded", JSON.stringify(status))
      assert.lengthOf(yield* jobsOf("alive"), 1)
      const holder = yield* field(["lease", "orchestrator-controller"], "{.spec.holderIdentity}")
      assert.isTrue(after.some((name) => holder.includes(name)), holder)
    }), timeoutMillis)

  it.effect.each([
    {
      name: "a template with a typo",
      values: { claudeTemplates: { "code_prompt.md.hbs": "Line one.\nDo {{task_idd}}.\n" } },
      says: [/code_prompt\.md\.hbs/, /2/, /task_idd/]
    },
    {
      name: "a setting that cannot be meant",
      values: { configOverrides: { cleanup: { completedJobDelayMinutes: "soon" } } },
      says: [/\/config\/config\.yaml cannot be used/, /cleanup\.completedJobDelayMinutes/, /soon/]
    }
  ])(
    "$name: the pod says where and why, stays out of rotation, and the old ones serve on",
    ({ says, values }) =>
      Effect.gen(function*() {
        const { answers, ask, field, helm, install, podNames, rolledOut } = yield* makeSite
        const before = yield* podNames
        yield* install("upgrade", { replicaCount: 3, limits: { activeRuns: 7 }, ...values })
        const broken = yield* eventually(
          "a new pod",
          podNames,
          (names) => names.some((name) => !before.includes(name)),
          120
        )
        const pod = broken.find((name) => !before.includes(name)) ?? ""
        const log = yield* eventually(
          "its log to say why",
          ask(["logs", pod]),
          (text) => says.every((word) => word.test(text)),
          120
        )
        assert.isNotEmpty(log)
        yield* eventually(
          "it to wait to be started again",
          field(["pod", pod], "{.status.containerStatuses[0].state.waiting.reason}"),
          (reason) => reason === "CrashLoopBackOff",
          60
        )
        assert.strictEqual(yield* field(["deployment", "orchestrator"], "{.status.readyReplicas}"), "3")
        yield* answers(200, "/ready")
        yield* helm(["rollback", "orchestrator", "-n", namespace])
        yield* rolledOut
        yield* eventually("the pods of before", podNames, (names) => names.join() === before.join())
      }),
    timeoutMillis
  )

  it.effect("an image that cannot be pulled leaves the old pods serving", () =>
    Effect.gen(function*() {
      const { answers, field, helm, install, rolledOut } = yield* makeSite
      yield* install("upgrade", { replicaCount: 3, image: { repository: "registry.example.invalid/orchestrator" } })
      yield* eventually(
        "the pull to fail",
        field(["pods"], "{.items[*].status.containerStatuses[0].state.waiting.reason}"),
        (reasons) => /ImagePullBackOff|ErrImagePull/.test(reasons),
        120
      )
      yield* answers(200, "/ready")
      yield* helm(["rollback", "orchestrator", "-n", namespace])
      yield* rolledOut
    }), timeoutMillis)

  it.effect("a storage class that is not there is said by the run", () =>
    Effect.gen(function*() {
      const { ask, field, install, rolledOut, run } = yield* makeSite
      yield* install("upgrade", { storage: { storageClassName: "not-there" } })
      yield* rolledOut
      yield* run("no-class", { service: "no-class" })
      const said = yield* eventually(
        "the run to say that its claim is not bound",
        field(["coderun", "no-class"], "{.status.conditions[?(@.type=='Progressing')]}"),
        (text) => text.includes("ClaimPending"),
        120
      )
      assert.include(said, "storage.storageClassName")
      yield* ask(["delete", "coderun", "no-class"])
      yield* ask(["delete", "pvc", "workspace-no-class"])
    }), timeoutMillis)

  it.effect("values of a wrong type are refused by their key, and nothing changes", () =>
    Effect.gen(function*() {
      const { field, tryUpgrade } = yield* makeSite
      const before = yield* field(["deployment", "orchestrator"], "{.metadata.generation}")
      for (
        const [values, word] of [
          [{ replicaCount: "three" }, "replicaCount"],
          [{ config: { serverPort: "9090" } }, "metrics.port"],
          [{ service: { port: 0 } }, "port"]
        ] as const
      ) {
        const { code, stderr } = yield* tryUpgrade(values)
        assert.notStrictEqual(code, 0)
        assert.include(stderr, word)
      }
      assert.strictEqual(yield* field(["deployment", "orchestrator"], "{.metadata.generation}"), before)
    }), timeoutMillis)

  it.effect("unknown values and an Ingress without a class are said in the notes", () =>
    Effect.gen(function*() {
      const { install, rolledOut } = yield* makeSite
      const notes = yield* install("upgrade", { replicas: 2, ingress: { enabled: true, className: "" } })
      assert.match(notes, /IGNORED[^]*\n {2}replicas\n/)
      assert.include(notes, "the Ingress names no class")
      yield* rolledOut
    }), timeoutMillis)

  it.effect("the values file of an older installation is taken, and rolled back again", () =>
    Effect.gen(function*() {
      const { ended, field, helm, install, rolledOut, run } = yield* makeSite
      yield* install("upgrade", {}, ["--values", "chart/test/values/seed.yaml"])
      yield* rolledOut
      yield* run("old-values")
      assert.strictEqual((yield* ended("old-values"))["phase"], "Succeeded")
      yield* helm(["rollback", "orchestrator", "-n", namespace])
      yield* rolledOut
      yield* run("rolled-back")
      assert.strictEqual((yield* ended("rolled-back"))["phase"], "Succeeded")
      const image = yield* field(["deployment", "orchestrator"], "{.spec.template.spec.containers[0].image}")
      assert.notInclude(image, ":latest", "the older values name that tag")
    }), timeoutMillis)

  it.effect("uninstalling with a run alive leaves nothing stuck, and what people made", () =>
    Effect.gen(function*() {
      const { ask, field, helm, kubectl, run, running } = yield* makeSite
      yield* run("left", { env: { DEMO_AGENT_SECONDS: "600" } })
      yield* running("left")
      const finalizers = field(["jobs"], "{.items[*].metadata.finalizers}")
      assert.include(yield* finalizers, "orchestrator.platform/")
      yield* helm(["uninstall", "orchestrator", "-n", namespace, "--wait", "--timeout", "3m"])
      assert.strictEqual(yield* finalizers, "")
      assert.include(yield* ask(["get", "pvc", "-o", "name"]), "workspace-hello-api")
      assert.include(yield* ask(["get", "coderuns", "-o", "name"]), "left")
      assert.include(yield* kubectl(["get", "crds", "-o", "name"]), "coderuns.orchestrator.platform")
      yield* ask(["delete", "coderuns,docsruns", "--all", "--timeout=2m"])
      yield* ask(["delete", "jobs", "--all", "--timeout=2m"])
    }), timeoutMillis)

  it.effect("a namespace that is deleted with runs alive is gone soon", () =>
    Effect.gen(function*() {
      const { install, kubectl, rolledOut, run, running } = yield* makeSite
      yield* install("install", { replicaCount: 2 })
      yield* rolledOut
      yield* run("unfinished", { env: { DEMO_AGENT_SECONDS: "600" } })
      yield* running("unfinished")
      yield* kubectl(["delete", "namespace", namespace, "--timeout=4m"])
    }), timeoutMillis)
})
