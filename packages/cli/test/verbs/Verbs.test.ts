import { assert, layer } from "@effect/vitest"
import { CodeRunKind, DocsRunKind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { ConfigProvider, Effect, Fiber, FileSystem, Schedule } from "effect"
import { parse } from "yaml"
import { namespace, offline, orchestrator, setStatus, testServer, watched } from "./CommandLine.ts"

const submit = (name: string, ...more: ReadonlyArray<string>) =>
  orchestrator(
    "code",
    "submit",
    "--name",
    name,
    "--repo",
    "https://github.com/example/payments",
    "--user",
    "octocat",
    "--prompt",
    "Add a health endpoint",
    ...more
  )

layer(testServer, { excludeTestServices: true })("a command line", (it) => {
  it.effect("submits what its flags say, and prints a name that others take", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* submit("first")).out, "coderun/first created")
      const client = yield* KubernetesClient
      const { spec } = yield* client.get(CodeRunKind, { name: "first", namespace })
      assert.containsSubset(spec, { prompt: "Add a health endpoint", service: "payments", model: "code-default" })
      assert.strictEqual((yield* submit("second", "-o", "name")).out, "coderun/second")
      const { out } = yield* orchestrator("list", "-o", "name")
      assert.deepStrictEqual(out.split("\n"), ["coderun/first", "coderun/second"])
    }))

  it.effect("submits a DocsRun, and finds it by its name alone", () =>
    Effect.gen(function*() {
      const repo = ["--repo", "https://github.com/example/docs", "--user", "octocat"]
      const { out } = yield* orchestrator("docs", "submit", "--name", "docs-a", ...repo, "-o", "json")
      assert.strictEqual(JSON.parse(out).spec.sourceBranch, "main")
      assert.strictEqual((yield* orchestrator("get", "docs-a", "-o", "name")).out, "docsrun/docs-a")
      assert.match((yield* orchestrator("retry", "docs-a", "--hint", "x")).failure, /takes no hint/)
      assert.strictEqual((yield* orchestrator("delete", "docs-a")).out, "docsrun/docs-a deleted")
      const client = yield* KubernetesClient
      assert.lengthOf((yield* client.list(DocsRunKind, { namespace })).items, 0)
    }))

  it.effect.each([
    { name: "delivered", status: { phase: "Succeeded", reason: "Delivered" }, code: 0 },
    { name: "nothing-to-change", status: { phase: "Failed", reason: "NoChanges" }, code: 3 },
    { name: "failed", status: { phase: "Failed", reason: "AgentError", message: "It crashed." }, code: 4 },
    { name: "cancelled", status: { phase: "Cancelled", reason: "Cancelled" }, code: 5 }
  ])("that waits ends with $code for a run that is $name", ({ code, name, status }) =>
    Effect.gen(function*() {
      yield* submit(name)
      yield* setStatus(name, { ...status, contextVersion: 1 })
      const ended = yield* orchestrator("get", name, "--wait", "-o", "json")
      assert.strictEqual(ended.code, code, ended.failure)
      assert.strictEqual(JSON.parse(ended.out).phase, status.phase)
      assert.strictEqual((yield* orchestrator("get", name)).code, 0)
    }))

  it.effect("that waits no longer says 124, and how to go on", () =>
    Effect.gen(function*() {
      const { code, failure } = yield* submit("slow", "--wait", "--timeout", "1s")
      assert.strictEqual(code, 124)
      assert.match(failure, /coderun\/slow[^]*goes on[^]*orchestrator get coderun\/slow --wait/)
    }))

  it.effect("cancels, and has what it wants when the run is Cancelled", () =>
    Effect.gen(function*() {
      yield* submit("unwanted")
      assert.strictEqual((yield* orchestrator("cancel", "coderun/unwanted")).out, "coderun/unwanted cancelling")
      yield* setStatus("unwanted", { phase: "Cancelled", reason: "Cancelled", contextVersion: 1 })
      assert.strictEqual((yield* orchestrator("cancel", "unwanted", "--wait")).code, 0)
      yield* submit("done")
      yield* setStatus("done", { phase: "Succeeded", reason: "Delivered", contextVersion: 1 })
      assert.match((yield* orchestrator("cancel", "done")).failure, /already finished/)
    }))

  it.effect("suspends and resumes, and takes both and a priority with a new run", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const specOf = (name: string) => Effect.map(client.get(CodeRunKind, { name, namespace }), ({ spec }) => spec)
      yield* submit("later", "--suspend", "--priority", "high")
      assert.containsSubset(yield* specOf("later"), { suspend: true, priority: "high" })
      assert.strictEqual((yield* orchestrator("resume", "coderun/later")).out, "coderun/later resumed")
      assert.strictEqual((yield* specOf("later"))["suspend"], false)
      assert.strictEqual((yield* orchestrator("suspend", "later")).out, "coderun/later suspended")
      assert.strictEqual((yield* specOf("later"))["suspend"], true)
      yield* submit("plain")
      assert.doesNotHaveAnyKeys(yield* specOf("plain"), ["suspend", "priority"])
    }))

  it.effect("retries with a hint", () =>
    Effect.gen(function*() {
      yield* submit("again")
      assert.match((yield* orchestrator("retry", "again")).failure, /not finished[^]*--force/i)
      yield* setStatus("again", { phase: "Failed", reason: "AgentError", contextVersion: 1, observedGeneration: 1 })
      assert.strictEqual(
        (yield* orchestrator("retry", "again", "--hint", "Mind the cache")).out,
        "coderun/again retried"
      )
      const client = yield* KubernetesClient
      const { spec } = yield* client.get(CodeRunKind, { name: "again", namespace })
      assert.containsSubset(spec, { contextVersion: 2, promptModification: "Mind the cache" })
    }))

  it.effect("cancels all that a filter leaves, of every kind that has the filter, and says first which they would be", () =>
    Effect.gen(function*() {
      yield* submit("many-a", "--service", "many")
      yield* submit("many-b", "--service", "many")
      const dry = yield* orchestrator("cancel", "--service", "many", "--dry-run")
      assert.strictEqual(dry.out, "coderun/many-a cancelling (dry run)\ncoderun/many-b cancelling (dry run)")
      const client = yield* KubernetesClient
      const isCancelled = Effect.map(
        client.get(CodeRunKind, { name: "many-b", namespace }),
        ({ spec }) => spec["cancel"]
      )
      assert.isFalse(yield* isCancelled)
      yield* setStatus("many-a", { phase: "Succeeded", reason: "Delivered", contextVersion: 1 })
      const { code, failure, out } = yield* orchestrator("cancel", "--service", "many")
      assert.match(out, /coderun\/many-a refused: [^]*coderun\/many-b cancelling$/)
      assert.strictEqual(code, 4)
      assert.match(failure, /1 of 2 runs refused it: coderun\/many-a/)
      assert.isTrue(yield* isCancelled)
      assert.match((yield* orchestrator("cancel")).failure, /names of runs, or filters/)
      assert.match((yield* orchestrator("cancel", "many-a", "--all")).failure, /found both/)
      assert.match((yield* orchestrator("cancel", "docsruns", "--service", "many")).failure, /found service/)
    }))

  it.effect("filters, and says when nothing is left", () =>
    Effect.gen(function*() {
      yield* submit("filtered")
      yield* setStatus("filtered", { phase: "Running", reason: "AgentRunning" })
      assert.strictEqual(
        (yield* orchestrator("list", "coderuns", "--phase", "Running", "-o", "name")).out,
        "coderun/filtered"
      )
      assert.strictEqual((yield* orchestrator("list", "--service", "no-such-service")).out, "")
      assert.strictEqual(
        (yield* orchestrator("list", "--user", "octocat", "--limit", "1", "-o", "name")).out.split("\n").length,
        1
      )
    }))
})

layer(testServer, { excludeTestServices: true })("files", (it) => {
  const manifest = (name: string, more = "") =>
    `apiVersion: orchestrator.platform/v1
kind: CodeRun
metadata: { name: ${name} }
spec:
  prompt: Add a health endpoint
  repositoryUrl: https://github.com/example/payments
  service: payments
  githubUser: octocat
${more}`

  const folder = Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    const made = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(`${made}/a.yaml`, `${manifest("from-a")}---\n${manifest("also-from-a")}`)
    yield* files.writeFileString(`${made}/notes.txt`, "nothing to submit")
    return { files, made }
  })

  it.effect("of a folder are submitted in the order of their names", () =>
    Effect.gen(function*() {
      const { files, made } = yield* folder
      yield* files.writeFileString(`${made}/b.json`, JSON.stringify(parse(manifest("from-b"))))
      const { out } = yield* orchestrator("submit", "-f", made)
      assert.strictEqual(out, "coderun/from-a created\ncoderun/also-from-a created\ncoderun/from-b created")
    }).pipe(Effect.scoped))

  it.effect("are all left alone when one is wrong, with its name and field", () =>
    Effect.gen(function*() {
      const { files, made } = yield* folder
      yield* files.writeFileString(`${made}/a.yaml`, manifest("right"))
      yield* files.writeFileString(`${made}/b.yaml`, manifest("wrong", "  maxTurns: many\n  color: blue\n"))
      const { code, failure } = yield* orchestrator("submit", "-f", made)
      assert.strictEqual(code, 1)
      assert.match(failure, /Nothing was submitted[^]*b\.yaml: spec\.maxTurns: expected /)
      assert.match(failure, /b\.yaml: spec\.color: expected no such field/)
      assert.match((yield* orchestrator("get", "right")).failure, /There is no CodeRun named "right"/)
    }).pipe(Effect.scoped))

  it.effect("of Task Master become runs that wait for each other", () =>
    Effect.gen(function*() {
      const { files, made } = yield* folder
      const tasks = [{ id: 1, title: "One", dependencies: [2] }, { id: 2, title: "Two" }, { id: 3, title: "Three" }]
      yield* files.writeFileString(`${made}/tasks.json`, JSON.stringify({ tasks }))
      const where = ["--repo", "https://github.com/example/tasks", "--user", "octocat", "--tasks", `${made}/tasks.json`]
      const { out } = yield* orchestrator("code", "submit", ...where, "--ids", "1-2")
      assert.strictEqual(out, "coderun/tasks-task-2 created\ncoderun/tasks-task-1 created")
      const client = yield* KubernetesClient
      const { spec } = yield* client.get(CodeRunKind, { name: "tasks-task-1", namespace })
      assert.containsSubset(spec, { dependsOn: ["tasks-task-2"], taskId: 1, prompt: "# One" })
    }).pipe(Effect.scoped))

  it.effect("are rendered without a server", () =>
    Effect.gen(function*() {
      const { made } = yield* folder
      const { code, failure, out } = yield* offline("render", "-f", `${made}/a.yaml`, "-o", "json")
      assert.strictEqual(code, 0, failure)
      const [first] = JSON.parse(out).items
      assert.strictEqual(first.run, "coderun/from-a")
      assert.include(first.files["task-prompt.md"] ?? Object.values(first.files).join(), "Add a health endpoint")
      yield* offline("render", "-f", `${made}/a.yaml`, "--into", `${made}/out`)
      const files = yield* FileSystem.FileSystem
      assert.include(yield* files.readFileString(`${made}/out/coderun-from-a/container.sh`), "#!/")
    }).pipe(Effect.scoped))
})

layer(testServer, { excludeTestServices: true })("a command line that follows", (it) => {
  it.effect("tells of what there is, and of changes", () =>
    Effect.gen(function*() {
      yield* submit("there")
      const lines: Array<string> = []
      const watching = yield* Effect.forkScoped(watched(lines, "watch", "coderuns", "-o", "name"))
      const told = (name: string) =>
        Effect.repeat(Effect.sync(() => lines.includes(name)), {
          until: (is) => is,
          schedule: Schedule.spaced("20 millis")
        }).pipe(
          Effect.timeout("10 seconds")
        )
      yield* told("coderun/there")
      yield* submit("new")
      yield* told("coderun/new")
      yield* Fiber.interrupt(watching)
    }).pipe(Effect.scoped))

  it.effect("shows services and models with their runs and spending", () =>
    Effect.gen(function*() {
      yield* submit("counted")
      assert.match((yield* orchestrator("services")).out, /^payments +[1-9]\d* +0 +0 +0 +0 +\$0\.00$/m)
      assert.match((yield* orchestrator("models")).out, /^NAME +PENDING/m)
      assert.isNotEmpty(JSON.parse((yield* orchestrator("models", "-o", "json")).out).items)
    }))

  it.effect("shows workspaces, and refuses to delete none", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      yield* client.create(PersistentVolumeClaimKind, {
        metadata: { name: "workspace-payments", namespace },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } }
      })
      assert.match((yield* orchestrator("workspaces", "--delete")).failure, /names of the workspaces to delete/)
      assert.match((yield* orchestrator("workspaces", "not-there")).failure, /not-there/)
    }))

  it.effect("says which workspaces nobody uses, and what keeps the others", () =>
    Effect.gen(function*() {
      const { out } = yield* orchestrator("workspaces", "--plan", "--unused-days", "9")
      assert.match(out, /^workspace-old +\w+ +delete +unused for more than 9 days$/m)
      assert.match(out, /^workspace-own +keep +it does not say whose it is$/m)
      const { items, unusedDays } = JSON.parse((yield* orchestrator("workspaces", "--plan", "-o", "json")).out)
      assert.deepStrictEqual([unusedDays, items.length], [30, 2])
      assert.match((yield* orchestrator("workspaces", "--unused-days", "9")).failure, /--plan/)
      assert.match((yield* orchestrator("workspaces", "--plan", "--delete", "a")).failure, /found both/)
    }))

  it.effect("looks at the server, and says what it found", () =>
    Effect.gen(function*() {
      const { code, out } = yield* orchestrator("doctor", "-o", "json")
      const { checks } = JSON.parse(out)
      assert.deepStrictEqual(checks.map(({ check }: { readonly check: string }) => check), [
        "server",
        "clock",
        "ready",
        "runs",
        "access",
        "access"
      ])
      assert.strictEqual(code, 0, out)
      assert.match(checks[0].found, /version 1\.2\.3, this is/)
    }))

  it.effect("opens nothing for a run without a pull request, and prints one that is there", () =>
    Effect.gen(function*() {
      yield* submit("page")
      assert.match((yield* orchestrator("open", "page")).failure, /has no pull request/)
      yield* setStatus("page", { phase: "Succeeded", pullRequestUrl: "https://github.com/example/payments/pull/7" })
      const { code, out } = yield* orchestrator("open", "page").pipe(
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({})))
      )
      assert.deepStrictEqual([code, out], [0, "https://github.com/example/payments/pull/7"])
    }))
})

layer(testServer, { excludeTestServices: true })("a command line that cannot be", (it) => {
  it.effect.each([
    { name: "a run that is not there", words: ["get", "nothing"], says: /There is no CodeRun named "nothing"/ },
    { name: "a kind that is none", words: ["get", "pod/a"], says: /kind coderun or docsrun, found "pod\/a"/ },
    { name: "a list of one run", words: ["list", "demo"], says: /orchestrator get demo/ },
    { name: "a task without a repository", words: ["code", "submit", "--prompt", "x"], says: /--repo \./ },
    {
      name: "a repository that is not there",
      words: ["code", "submit", "--repo", "./no-such-folder", "--prompt", "x", "--user", "octocat"],
      says: /no-such-folder does not exist/
    },
    {
      name: "nobody to work as",
      words: ["code", "submit", "--repo", "https://github.com/example/a", "--prompt", "x"],
      says: /--user NAME, or ORCHESTRATOR_GITHUB_USER/
    },
    {
      name: "a prompt twice",
      words: ["code", "submit", "--repo", "https://h/a", "--prompt", "x", "--prompt-file", "y"],
      says: /found both/
    },
    {
      name: "credentials in an address, which are not repeated",
      words: ["code", "submit", "--repo", "https://me:not-a-password@h/a", "--prompt", "x", "--user", "octocat"],
      says: /spec\.repositoryUrl: expected at most a user name before the host(?![^]*not-a-password)/
    },
    {
      name: "neither prompt nor task",
      words: ["code", "submit", "--repo", "https://h/a", "--user", "octocat"],
      says: /spec\.taskId: expected a value/
    }
  ])("says what is wrong: $name", ({ says, words }) =>
    Effect.gen(function*() {
      const { code, failure, out } = yield* orchestrator(...words)
      assert.strictEqual(code, 1)
      assert.match(failure, says)
      assert.strictEqual(out, "")
    }))
})
