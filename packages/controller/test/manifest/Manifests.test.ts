import { assert, describe, it } from "@effect/vitest"
import { mayBeSet } from "@orchestrator/domain/EnvName"
import { timeoutAnnotation } from "@orchestrator/domain/Labels"
import type { Container, EnvVar, Job, PodSpec } from "@orchestrator/k8s/Objects"
import { Action } from "../../src/decide/Action.ts"
import { plan } from "../../src/decide/Plan.ts"
import type { Observed } from "../../src/facts/Observed.ts"
import { given, givenDocs, makeConfig, noWorkspace } from "../fixtures/Given.ts"
import { containerOf, jobOf, podOf } from "../fixtures/Pods.ts"
import { makeCodeRun, makeDocsRun, uid } from "../fixtures/Runs.ts"
import code from "./golden/CodeRun.json" with { type: "json" }
import codeWithEnv from "./golden/CodeRunEnv.json" with { type: "json" }
import docs from "./golden/DocsRun.json" with { type: "json" }

const withoutBroker = makeConfig({ agent: { credentials: "env" } })

const made = (observed: Observed) => {
  const { actions } = plan(observed)
  return {
    workspace: actions.find(Action.$is("CreateWorkspace"))?.claim,
    job: actions.find(Action.$is("CreateJob"))?.job,
    files: actions.find(Action.$is("CreateFiles"))?.files
  }
}

describe("everything that a first attempt consists of", () => {
  it("CodeRun", () => assert.deepStrictEqual<unknown>(made(given({ workspace: noWorkspace })), code))
  it("CodeRun without a broker", () =>
    assert.deepStrictEqual<unknown>(made(given({ workspace: noWorkspace, config: withoutBroker })), codeWithEnv))
  it("DocsRun", () => assert.deepStrictEqual<unknown>(made(givenDocs()), { ...docs, workspace: undefined }))
})

const agentOf = (observed: Observed): Container => containerOf(podOf(observed), "claude")
const variable = (observed: Observed, name: string): EnvVar | undefined =>
  agentOf(observed).env?.find((entry) => entry.name === name)
const credentialsOf = ({ volumes = [] }: PodSpec) =>
  volumes.find(({ name }) => name === "credentials")?.projected?.sources ?? []
const withSpec = (spec: object) => given({ run: makeCodeRun({ spec: { ...spec } }) })
const withConfig = (input: object) => given({ config: makeConfig(input) })

const classOf = ({ metadata }: Job) => metadata.labels?.["kueue.x-k8s.io/priority-class"]
const priorityClasses = { low: "batch", high: "urgent" }
const urgent = makeCodeRun({ spec: { priority: "high" } })

describe("a Job", () => {
  it.each<{ name: string; found: (job: Job) => unknown; given: Observed; want: unknown }>([
    {
      name: "has the run's time limit before the configured one",
      given: given({
        run: makeCodeRun({ spec: { timeoutSeconds: 120 } }),
        config: makeConfig({ job: { activeDeadlineSeconds: 600 } })
      }),
      found: ({ metadata, spec }) => [metadata.annotations?.[timeoutAnnotation], spec.activeDeadlineSeconds],
      want: ["120", 120 + 3 * 600]
    },
    {
      name: "in a queue has the class of its run's priority",
      given: given({ run: urgent, config: makeConfig({ kueue: { queueName: "agents", priorityClasses } }) }),
      found: classOf,
      want: "urgent"
    },
    {
      name: "in a queue has no class where its run's priority has none",
      given: withConfig({ kueue: { queueName: "agents", priorityClasses } }),
      found: classOf,
      want: undefined
    },
    {
      name: "of a DocsRun has the class of its priority",
      given: givenDocs({
        run: makeDocsRun({ spec: { priority: "low" } }),
        config: makeConfig({ kueue: { queueName: "agents", priorityClasses } })
      }),
      found: classOf,
      want: "batch"
    },
    {
      name: "in no queue has no class",
      given: given({ run: urgent, config: makeConfig({ kueue: { priorityClasses } }) }),
      found: classOf,
      want: undefined
    },
    {
      name: "has the configured time limit",
      given: withConfig({ job: { activeDeadlineSeconds: 600 } }),
      found: ({ metadata, spec }) => [metadata.annotations?.[timeoutAnnotation], spec.activeDeadlineSeconds],
      want: ["600", 600 + 3 * 600]
    },
    {
      name: "of a DocsRun has the run's time limit",
      given: givenDocs({ run: makeDocsRun({ spec: { timeoutSeconds: 90 } }) }),
      found: ({ metadata, spec }) => [metadata.annotations?.[timeoutAnnotation], spec.activeDeadlineSeconds],
      want: ["90", 90 + 3 * 600]
    },
    {
      name: "of an automatic retry says which",
      given: given({ run: makeCodeRun({ status: { contextVersion: 1, retryCount: 2 } }) }),
      found: ({ metadata }) => metadata.annotations?.["orchestrator.platform/retry"],
      want: "2"
    },
    {
      name: "of the next attempt is labelled with it",
      given: withSpec({ contextVersion: 3 }),
      found: ({ metadata }) => metadata.labels?.["context-version"],
      want: "3"
    },
    {
      name: "has label values that Kubernetes takes, whatever the service is called",
      given: withSpec({ service: "team a/búsqueda!" }),
      found: ({ metadata }) => metadata.labels?.["service-name"],
      want: "team-a-b-squeda"
    },
    {
      name: "is never cleaned up before its result is stored",
      given: given(),
      found: ({ spec }) => spec.ttlSecondsAfterFinished,
      want: undefined
    }
  ])("$name", ({ found, given, want }) => assert.deepStrictEqual(found(jobOf(given)), want))
})

describe("a pod", () => {
  const tolerations = [{ key: "agents", operator: "Exists" }]
  const affinity = { nodeAffinity: {} }
  it.each<{ name: string; agent: object; want: object }>([
    { name: "pull secrets", agent: { imagePullSecrets: ["a"] }, want: { imagePullSecrets: [{ name: "a" }] } },
    { name: "a runtime class", agent: { runtimeClassName: "gvisor" }, want: { runtimeClassName: "gvisor" } },
    {
      name: "a node selector",
      agent: { nodeSelector: { pool: "agents" } },
      want: { nodeSelector: { pool: "agents" } }
    },
    { name: "tolerations", agent: { tolerations }, want: { tolerations } },
    { name: "an affinity", agent: { affinity }, want: { affinity } }
  ])("has $name where configured", ({ agent, want }) => {
    const before = Object.entries(podOf(given()))
    const after = podOf(withConfig({ agent }))
    assert.deepStrictEqual<unknown>(after, { ...Object.fromEntries(before), ...want })
  })

  it("has its grace where configured", () =>
    assert.strictEqual(
      podOf(withConfig({ agent: { terminationGracePeriodSeconds: 30 } })).terminationGracePeriodSeconds,
      30
    ))

  it("runs the configured images", () => {
    const { containers, initContainers } = podOf(withConfig({
      agent: {
        image: { repository: "registry.example.com/claude", tag: "2", pullPolicy: "Never" },
        runnerImage: "registry.example.com/orchestrator:3"
      }
    }))
    assert.deepStrictEqual([containers[0]?.image, initContainers?.[0]?.image, containers[0]?.imagePullPolicy], [
      "registry.example.com/claude:2",
      "registry.example.com/orchestrator:3",
      "Never"
    ])
  })

  it("runs the image that a digest names, whatever its tag", () => {
    const image = { repository: "registry.example.com/claude", tag: "2", digest: `sha256:${"a1".repeat(32)}` }
    const { containers } = podOf(withConfig({ agent: { image } }))
    assert.strictEqual(containers[0]?.image, `registry.example.com/claude@sha256:${"a1".repeat(32)}`)
  })

  it("holds the credentials of its GitHub user alone, as files of the broker", () => {
    const pod = podOf(withSpec({ githubUser: "Grace-Hopper[bot]" }))
    assert.deepInclude([...pod.volumes ?? []], {
      name: "ssh",
      secret: { secretName: "github-ssh-grace-hopper-bot", defaultMode: 0o440, optional: true }
    })
    assert.deepStrictEqual(credentialsOf(pod)[1], {
      secret: {
        name: "github-token-grace-hopper-bot",
        items: [{ key: "token", path: "github-token" }],
        optional: true
      }
    })
  })

  it("takes the keys of the model's API from the configured Secret", () => {
    const secrets = { apiKeySecretName: "keys", apiKeySecretKey: "k", oauthTokenSecretKey: "o" }
    assert.deepStrictEqual(credentialsOf(podOf(withConfig({ secrets })))[0], {
      secret: {
        name: "keys",
        items: [{ key: "k", path: "anthropic-api-key" }, { key: "o", path: "anthropic-oauth-token" }],
        optional: true
      }
    })
  })

  it("has at most the three containers that Kubernetes keeps a whole message of each of", () =>
    assert.deepStrictEqual(
      [...podOf(given()).initContainers ?? [], ...podOf(given()).containers].map(({ name }) => name),
      ["prepare", "broker", "claude"]
    ))
})

describe("the agent's environment", () => {
  it.each<{ name: string; given: Observed; variable: string; want: string | undefined }>([
    { name: "a limit in USD", given: withSpec({ maxCostUsd: 1.5 }), variable: "MAX_COST_USD", want: "1.5" },
    { name: "a limit in turns", given: withSpec({ maxTurns: 30 }), variable: "MAX_TURNS", want: "30" },
    {
      name: "that a session is continued",
      given: withSpec({ continueSession: true }),
      variable: "RESUME_SESSION",
      want: "true"
    },
    {
      name: "that a later attempt resumes",
      given: withSpec({ contextVersion: 2 }),
      variable: "RESUME_SESSION",
      want: "true"
    },
    { name: "the attempt", given: withSpec({ contextVersion: 2 }), variable: "ATTEMPT", want: "2" },
    {
      name: "no retry of a first try",
      given: withSpec({ contextVersion: 2 }),
      variable: "ATTEMPT_RETRY",
      want: undefined
    },
    {
      name: "how often the version was taken up again",
      given: given({ run: makeCodeRun({ status: { contextVersion: 1, retryCount: 2 } }) }),
      variable: "ATTEMPT_RETRY",
      want: "2"
    },
    {
      name: "that memory is replaced",
      given: withSpec({ overwriteMemory: true }),
      variable: "OVERWRITE_MEMORY",
      want: "true"
    },
    {
      name: "the docs folder",
      given: withSpec({ docsProjectDirectory: "_projects/x" }),
      variable: "DOCS_PROJECT_DIRECTORY",
      want: "_projects/x"
    },
    { name: "local tools", given: withSpec({ localTools: "a,b" }), variable: "LOCAL_TOOLS", want: "a,b" },
    { name: "remote tools", given: withSpec({ remoteTools: "c" }), variable: "REMOTE_TOOLS", want: "c" },
    {
      name: "without a broker which protocols git may use",
      given: withConfig({
        agent: { credentials: "env" },
        git: { allowedProtocols: ["https", "ssh", "file"] }
      }),
      variable: "GIT_ALLOW_PROTOCOL",
      want: "https:ssh:file"
    },
    {
      name: "with a broker nothing of how remotes are reached",
      given: withConfig({ git: { allowedProtocols: ["https", "ssh"], insteadOf: { "https://a/": "https://b/" } } }),
      variable: "GIT_INSTEAD_OF",
      want: undefined
    },
    {
      name: "where the broker is found",
      given: given(),
      variable: "BROKER_ENDPOINT_FILE",
      want: "/run/orchestrator/broker/endpoint.json"
    },
    {
      name: "the tool server",
      given: withConfig({ agent: { toolmanServerUrl: "http://tools" } }),
      variable: "TOOLMAN_SERVER_URL",
      want: "http://tools"
    },
    { name: "the run", given: given(), variable: "RUN_UID", want: uid }
  ])("says $name", ({ given, variable: name, want }) => assert.strictEqual(variable(given, name)?.value, want))

  it("ends with the requester's own, plain ones before secret ones, and names those whose values must not show", () => {
    const { env = [] } = agentOf(withSpec({
      env: { A: "1", B: "two words" },
      envFromSecrets: [
        { name: "C", secretName: "keys", secretKey: "c" },
        { name: "D", secretName: "keys", secretKey: "d" }
      ]
    }))
    assert.deepStrictEqual(env.slice(-5), [
      { name: "A", value: "1" },
      { name: "B", value: "two words" },
      { name: "C", valueFrom: { secretKeyRef: { name: "keys", key: "c" } } },
      { name: "D", valueFrom: { secretKeyRef: { name: "keys", key: "d" } } },
      { name: "BLANKED_VARIABLES", value: "C,D" }
    ])
  })

  it("names everything once, and nothing of ours may be set by a requester", () => {
    const config = makeConfig({ telemetry: { enabled: true } })
    for (const observed of [given({ config }), givenDocs({ config })]) {
      const names = (agentOf(observed).env ?? []).map(({ name }) => name)
      assert.lengthOf(new Set(names), names.length)
      assert.deepStrictEqual(names.filter(mayBeSet), [])
    }
  })

  /** What the kubelet makes of a value: `$$` is `$`, `$(NAME)` the variable; everything else stays. */
  const expanded = (value: string, secret: string) =>
    value.replace(
      /\$\$|\$\(([^)]*)\)/gu,
      (text, name: string | undefined) => (text === "$$" ? "$" : name === "KEY" ? secret : text)
    )

  it.each(["$(KEY)", "$$(KEY)", "$$$(KEY)", "a$b", "pa$$word", "$", "$$", "100 % ($)"])(
    "leaves the requester's %s as it is: no variable of ours is expanded into it",
    (text) => {
      const spec = {
        workingDirectory: text,
        localTools: text,
        remoteTools: text,
        docsProjectDirectory: text,
        env: { MINE: text }
      }
      const run = withSpec({ ...spec, service: `x${text}` })
      for (const name of ["WORKING_DIRECTORY", "LOCAL_TOOLS", "REMOTE_TOOLS", "DOCS_PROJECT_DIRECTORY", "MINE"]) {
        assert.strictEqual(expanded(variable(run, name)?.value ?? "", "sk-not-a-key"), text)
      }
      assert.strictEqual(expanded(variable(run, "SERVICE_NAME")?.value ?? "", "sk-not-a-key"), `x${text}`)
      const docsRun = givenDocs({ run: makeDocsRun({ spec: { workingDirectory: text } }) })
      assert.strictEqual(expanded(variable(docsRun, "WORKING_DIRECTORY")?.value ?? "", "sk-not-a-key"), text)
    }
  )
})

describe("a workspace", () => {
  it("is what storage says", () => {
    const config = makeConfig({
      storage: { storageClassName: "fast", workspaceSize: "5Gi", accessMode: "ReadWriteMany" }
    })
    assert.deepStrictEqual(made(given({ workspace: noWorkspace, config })).workspace?.spec, {
      accessModes: ["ReadWriteMany"],
      resources: { requests: { storage: "5Gi" } },
      storageClassName: "fast"
    })
  })

  it("has no owner: it outlives every run", () => {
    assert.isUndefined(made(given({ workspace: noWorkspace })).workspace?.metadata.ownerReferences)
  })
})
