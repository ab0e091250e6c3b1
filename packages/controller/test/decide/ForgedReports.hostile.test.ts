/** What a container writes as its last word, from the pod to the status and on to the next attempt's pod. */
import { assert, describe, it } from "@effect/vitest"
import { CodeRunStatus } from "@orchestrator/domain/CodeRun"
import { printable } from "@orchestrator/domain/Printable"
import { expand } from "@orchestrator/embedded/node/ContainerEnv"
import type { ContainerStatus, CustomObject, Job, Pod } from "@orchestrator/k8s/Objects"
import { Schema } from "effect"
import { lastSession } from "../../src/decide/LastSession.ts"
import { plan } from "../../src/decide/Plan.ts"
import { explainRefusal } from "../../src/decide/Refusal.ts"
import { jobFacts } from "../../src/facts/Job.ts"
import { liveRun } from "../../src/facts/LiveRun.ts"
import type { ObservedJob } from "../../src/facts/Observed.ts"
import { observeJob } from "../../src/facts/ObserveJob.ts"
import { podFacts } from "../../src/facts/Pod.ts"
import { given, givenStarted, makeConfig } from "../fixtures/Given.ts"
import { failed, startingPod } from "../fixtures/Jobs.ts"
import { writtenStatus } from "../fixtures/PlanCase.ts"
import { jobOf, valueOf } from "../fixtures/Pods.ts"
import { jobName, makeCodeRun, session } from "../fixtures/Runs.ts"
import { finished, running } from "../fixtures/Statuses.ts"

const commit = "0123456789abcdef0123456789abcdef01234567"
const branch = "feature/task-12-implementation"
const honest = {
  outcome: "Completed",
  message: "Added the endpoint.",
  sessionId: session,
  delivery: { branch, headCommit: commit, changed: true }
}

const ended = (name: string, message: string): ContainerStatus => ({
  name,
  ready: false,
  restartCount: 0,
  state: { terminated: { exitCode: 0, reason: "Completed", message } }
})

const podWith = (agent: string, broker?: string): Pod => ({
  metadata: { name: `${jobName}-x7k2p` },
  spec: { containers: [] },
  status: {
    phase: "Succeeded",
    containerStatuses: [ended("claude", agent)],
    ...(broker === undefined ? {} : { initContainerStatuses: [ended("broker", broker)] })
  }
})

/** As the stores keep them, of a Job as the controller makes it. */
const observedJob = (credentials: "env" | "broker", pod: Pod): ObservedJob => {
  const made = jobOf(given({ config: makeConfig({ agent: { credentials } }) }))
  const job: Job = {
    ...made,
    metadata: { ...made.metadata, uid: "j1" },
    status: { conditions: [{ type: "Complete", status: "True", reason: "CompletionsReached" }] }
  }
  return observeJob(jobFacts(job), podFacts(pod))
}

const run = makeCodeRun({ status: running() })

const decodeStatus = Schema.decodeUnknownSync(CodeRunStatus)

const statusAfter = (job: ObservedJob) => {
  const status = writtenStatus(plan(givenStarted({ run, jobs: [job] })))
  assert.isDefined(status)
  return { raw: status, text: JSON.stringify(status), status: decodeStatus(status) }
}

const byRunner = (message: string) => statusAfter(observedJob("env", podWith(message)))
const forged = (changes: object) => byRunner(JSON.stringify({ ...honest, ...changes }))

const honestBroker = {
  delivery: {
    branch,
    headCommit: commit,
    changed: true,
    pullRequestUrl: "https://github.com/acme/api/pull/3",
    verifiedAt: "2026-03-01T09:59:00Z"
  },
  forgeKnown: true,
  pullRequestVerifiedAt: "2026-03-01T09:59:01Z",
  models: {},
  costComplete: true
}
const byBroker = (changes: object, runnerReport: object = honest) =>
  statusAfter(
    observedJob("broker", podWith(JSON.stringify(runnerReport), JSON.stringify({ ...honestBroker, ...changes })))
  )

it("an honest report is believed, and nothing is said to be left out", () => {
  const { status } = byRunner(JSON.stringify(honest))
  assert.deepStrictEqual([status.reason, status.sessionId, status.headCommit], ["Delivered", session, commit])
  assert.notInclude(status.message, "Left out")
  assert.strictEqual(byBroker({}).status.pullRequestUrl, honestBroker.delivery.pullRequestUrl)
})

describe("a field that cannot be true is left out and named, and the rest counts", () => {
  const long = `https://github.com/${"a".repeat(90)}/${"b".repeat(90)}/`.repeat(6)
  it.each<readonly [attack: string, field: string, changes: object]>([
    ["a session id that Kubernetes would expand to a secret", "sessionId", { sessionId: "$(VICTIM_SECRET)" }],
    ["a session id that is an option", "sessionId", { sessionId: "--dangerously-evil" }],
    ["a session id that is a path", "sessionId", { sessionId: "../../../etc/passwd" }],
    ["a session id with a line break", "sessionId", { sessionId: `${session}\n--evil` }],
    ["a session id of another run", "sessionId", { sessionId: "11111111-2222-4333-8444-555555555555" }],
    ["a session id in capitals", "sessionId", { sessionId: session.toUpperCase() }],
    ["a session id that is a list", "sessionId", { sessionId: [session] }],
    ["a cost that pays back", "usage.costUsd", { usage: { costUsd: -1e9, turns: 1 } }],
    ["a cost beyond all numbers", "usage.costUsd", { usage: { costUsd: 1e308 } }],
    ["turns that pay back", "usage.turns", { usage: { turns: -5 } }],
    ["half a token", "usage.inputTokens", { usage: { inputTokens: 0.5 } }],
    ["more tokens than there are", "usage.outputTokens", { usage: { outputTokens: 9_007_199_254_740_991 } }],
    ["tokens as a text", "usage.inputTokens", { usage: { inputTokens: "10" } }],
    ["a usage that is a list", "usage", { usage: [1] }],
    ["a reset that is no time", "resetAt", { resetAt: "$(date)" }],
    ["a reset in the year 9999", "resetAt", { resetAt: "9999-12-31T23:59:59Z" }],
    ["a reset on a day that is none", "resetAt", { resetAt: "2026-13-41T25:61:61Z" }],
    ["a resumed that is a text", "resumed", { resumed: "yes" }],
    ["a reason that only the controller has", "reason", { reason: "Delivered" }],
    ["a reason of the prototype", "reason", { reason: "__proto__" }]
  ])("%s", (_, field, changes) => {
    const { status, text } = forged(changes)
    assert.deepStrictEqual([status.reason, status.headCommit, status.sessionId], ["Delivered", commit, session])
    assert.include(status.message, `Invalid fields left out of its report: runner.${field} (expected `)
    for (const evil of ["$(", "--d", "passwd", "11111111", "9999"]) assert.notInclude(text, evil)
    assert.isUndefined(status.usage?.costUsd)
  })

  it.each<readonly [attack: string, url: string]>([
    ["a script", "javascript:alert(1)//acme/api/pull/3"],
    ["a user that looks like the host", "https://github.com@evil.example/acme/api/pull/3"],
    ["a query", "https://github.com/acme/api/pull/3?redirect=evil"],
    ["a fragment", "https://github.com/acme/api/pull/3#evil"],
    ["a way up", "https://github.com/acme/../../evil/pull/3"],
    ["percent-encoding", "https://github.com/acme/api%2f..%2fevil/pull/3"],
    ["a backslash", "https://github.com\\evil.example/acme/pull/3"],
    ["letters that look alike", "https://githu\u0431.com/acme/api/pull/3"],
    ["a right-to-left override", "https://github.com/acme/\u202eipa/pull/3"],
    ["a line break", "https://github.com/acme/api/pull/3\nCloses #1"],
    ["a page that is none of a pull request", "https://evil.example/login"],
    ["no host", "https:///acme/api/pull/3"],
    ["more than fits a line", `${long}pull/3`]
  ])("the address of a pull request with %s", (_, pullRequestUrl) => {
    const { status } = forged({ delivery: { ...honest.delivery, pullRequestUrl } })
    assert.deepStrictEqual([status.reason, status.pullRequestUrl], ["Delivered", undefined])
    assert.include(status.message, "runner.delivery.pullRequestUrl (expected ")
    const { status: brokered } = byBroker({ delivery: { ...honestBroker.delivery, pullRequestUrl } })
    assert.deepStrictEqual([brokered.reason, brokered.pullRequestUrl], ["PullRequestMissing", undefined])
  })

  it.each<readonly [attack: string, delivery: unknown]>([
    ["a branch that is an option", { ...honest.delivery, branch: "--upload-pack=evil" }],
    ["a branch with an escape", { ...honest.delivery, branch: "a\u001b[31mb" }],
    ["a branch that reads backwards", { ...honest.delivery, branch: "a\u202eb" }],
    ["a branch that git does not take", { ...honest.delivery, branch: "a..b" }],
    ["a commit that is a name", { ...honest.delivery, headCommit: "HEAD" }],
    ["a commit of another length", { ...honest.delivery, headCommit: "a".repeat(50) }],
    ["a commit that expands", { ...honest.delivery, headCommit: "$(GH_TOKEN)" }],
    ["changes that are a text", { ...honest.delivery, changed: "true" }],
    ["a delivery that is a text", "delivered"]
  ])("%s proves nothing", (_, delivery) => {
    const { status, text } = forged({ delivery })
    assert.strictEqual(status.phase, "Failed")
    assert.include(status.message, "left out of its report: runner.delivery")
    assert.notMatch(text, /GH_TOKEN|upload-pack|\u202e|\\u001b/)
  })

  it.each<readonly [attack: string, changes: object, field: string]>([
    ["a cost that pays back", { costUsd: -3 }, "costUsd"],
    [
      "tokens that pay back",
      { models: { m: { answers: 1, input: -1, output: 1, cacheRead: 0, cacheWrite: 0 } } },
      "models.m"
    ],
    ["a reset that never comes", { resetAt: "2999-01-01T00:00:00Z" }, "resetAt"],
    ["a refusal that is none", { modelRefused: "$(X)" }, "modelRefused"]
  ])("a broker's word is held to its type as well: %s", (_, changes, field) => {
    const { status } = byBroker(changes)
    assert.strictEqual(status.reason, "Delivered")
    assert.include(status.message, `Invalid fields left out of its report: broker.${field}`)
  })
})

describe("a last word that is no report", () => {
  it.each<readonly [attack: string, message: string]>([
    ["nothing", ""],
    ["text with a secret", "panic: ANTHROPIC_API_KEY=not-a-real-key"],
    ["a text in JSON with a secret", "\"not-a-real-key\""],
    ["half of one", JSON.stringify(honest).slice(0, 60)],
    ["brackets as deep as they fit", "[".repeat(4096)],
    ["objects as deep as they fit", "{\"a\":".repeat(800)],
    ["more than Kubernetes keeps", JSON.stringify({ ...honest, message: "x".repeat(5000) })],
    ["an outcome with a secret", JSON.stringify({ ...honest, outcome: "not-a-real-key" })],
    ["a prototype with an outcome", "{\"__proto__\":{\"outcome\":\"Completed\",\"message\":\"x\"}}"]
  ])("%s is a failure whose words do not repeat it", (_, message) => {
    const { status, text } = byRunner(message)
    assert.deepStrictEqual([status.phase, status.reason], ["Failed", "AgentError"])
    assert.notMatch(text, /not-a-real-key|xxxx|\[\[|Added/)
  })

  it("a key that comes twice counts once, and is checked as the other would be", () => {
    const { status } = byRunner(`${JSON.stringify(honest).slice(0, -1)},"sessionId":"$(X)","sessionId":"$(Y)"}`)
    assert.strictEqual(status.sessionId, session)
    assert.include(status.message, "runner.sessionId")
  })

  it("a key named __proto__ changes nothing", () => {
    const { status } = byRunner(JSON.stringify(honest).replace("{", "{\"__proto__\":{\"reason\":\"InfraLost\"},"))
    assert.strictEqual(status.reason, "Delivered")
    assert.notProperty({}, "reason")
  })
})

describe("words in a status", () => {
  const evil = [
    "\u001b]52;c;cm0gLXJmIC8=\u0007",
    "\u001b[2J",
    "\u202egnp.exe",
    "Clo\u200bses",
    "\u009b31m",
    "a\nb\u2028c",
    "\ud83d",
    "\u{e0041}"
  ].join(" ")

  const allPrintable = (text: string | undefined) => {
    assert.isDefined(text)
    assert.strictEqual(printable(text), text)
    assert.isAtMost(text.length, 2048)
  }
  const messagesOf = ({ conditions = [], message }: CodeRunStatus) => [
    message,
    ...conditions.map((condition) => condition.message)
  ]

  it.each<readonly [where: string, after: () => ReturnType<typeof statusAfter>]>([
    ["the agent's message", () => forged({ outcome: "Failed", reason: "AgentError", message: evil })],
    ["a message of many lines", () => forged({ outcome: "Failed", message: "x\n".repeat(1500) })],
    ["the reason for no resume", () => forged({ resumed: false, resumeProblem: evil })],
    ["a remote's refusal", () => forged({ delivery: { ...honest.delivery, pushRefused: evil } })],
    ["a forge's refusal", () => byBroker({ delivery: honest.delivery, pullRequestProblem: evil })],
    ["a broker's trouble", () => byBroker({ problem: evil, missing: "GitAccess" }, { outcome: "Failed", message: "" })],
    ["a kubelet's message", () =>
      statusAfter({
        ...observedJob("env", podWith("")),
        end: undefined,
        pod: startingPod({ stuck: { reason: "CreateContainerConfigError", message: evil, container: "claude" } })
      })],
    ["a kubelet's reason", () =>
      statusAfter({
        ...observedJob("env", podWith("")),
        end: undefined,
        pod: startingPod({ stuck: { reason: evil, message: "x", container: "claude" } })
      })],
    ["an event's message", () =>
      statusAfter({
        ...observedJob("env", podWith("")),
        end: undefined,
        pod: undefined,
        podRefused: `pods "x" is forbidden: ${evil}`
      })],
    ["a Job's reason", () =>
      statusAfter({
        ...observedJob("env", podWith("")),
        end: { ...failed(evil), message: evil },
        pod: undefined
      })]
  ])("of %s are printable and short", (_, after) => {
    const { status } = after()
    for (const message of messagesOf(status)) allPrintable(message)
    for (const { reason } of status.conditions ?? []) assert.match(reason ?? "", /^[A-Za-z]\w*$/)
  })

  it("of a refused Job are printable too, which are known only when it is refused", () =>
    allPrintable(explainRefusal("Job", `jobs.batch "x" is forbidden: ${evil}`).message))
})

describe("what an older version has stored", () => {
  const stored = (sessionId: string) =>
    makeCodeRun({
      spec: { contextVersion: 2 },
      status: finished("Failed", "AgentError", {
        attempts: [{ contextVersion: 1, jobName, sessionId, outcome: "Failed", startedAt: "2026-03-01T09:00:00Z" }]
      })
    })
  const nextOf = (object: CustomObject) => {
    const view = liveRun("CodeRun", object)
    return given({ run: object, lastSession: lastSession(view, [view]) })
  }

  it.each(["$(ANTHROPIC_API_KEY)", "--dangerously-skip-permissions", "../up", "", "x".repeat(5000)])(
    "as a session (%#) goes into no pod",
    (sessionId) => assert.isUndefined(valueOf(nextOf(stored(sessionId)), "claude", "RESUME_SESSION_ID"))
  )

  it("as a session that is one is taken up again", () =>
    assert.strictEqual(valueOf(nextOf(stored(session)), "claude", "RESUME_SESSION_ID"), session))

  it.each([
    { name: "a usage that pays back", usage: { costUsd: -1000, turns: -1000 } },
    { name: "a usage that is no number", usage: { costUsd: "x", turns: 1e300 } }
  ])("as $name leaves the budget what it is", ({ usage }) => {
    const next = given({ run: makeCodeRun({ spec: { maxCostUsd: 5, maxTurns: 7 }, status: { usage } }) })
    assert.deepStrictEqual(["MAX_COST_USD", "MAX_TURNS"].map((name) => valueOf(next, "claude", name)), ["5", "7"])
  })

  it.each([
    { name: "a commit that expands", status: { branch, headCommit: "$(GH_TOKEN)" } },
    { name: "a commit between two lengths", status: { branch, headCommit: "a".repeat(50) } },
    { name: "a branch that hides a mark", status: { branch: "a\u200bb", headCommit: commit } }
  ])("as $name is not what the broker goes on with", ({ status }) => {
    const next = given({ config: makeConfig({ agent: { credentials: "broker" } }), run: makeCodeRun({ status }) })
    assert.isUndefined(valueOf(next, "broker", "KNOWN_HEAD"))
  })

  it("spoils no other field: the attempts that are known stay known, so no Job is made twice", () => {
    const attempts = [{ contextVersion: 1, jobName, sessionId: "$(X)", startedAt: "2026-03-01T09:00:00Z" }]
    const view = liveRun("CodeRun", makeCodeRun({ status: running({ attempts, usage: "none" }) }))
    assert.deepStrictEqual(view.status.attempts?.map((each) => [each.jobName, each.sessionId]), [[jobName, undefined]])
  })
})

describe("a text in a container's environment", () => {
  const secrets = { SECRET: "not-a-real-secret", GH_TOKEN: "not-a-real-token", VICTIM_SECRET: "not-a-real-secret" }

  it.each([
    "$(SECRET)",
    "$$(SECRET)",
    "$$$(SECRET)",
    "$$$$(SECRET)",
    "$($(SECRET))",
    "$(SECRET",
    "a$(SECRET)b$(GH_TOKEN)",
    "$",
    "$$",
    "$&$1$`"
  ])("%s stays what it is, wherever it comes from", (text) => {
    const config = makeConfig({
      agent: { credentials: "env", toolmanServerUrl: `https://tools.example/${text}` },
      telemetry: { enabled: true, otlpEndpoint: `https://otel.example/${text}` }
    })
    const next = given({
      config,
      run: makeCodeRun({ spec: { env: { FROM_SPEC: text }, workingDirectory: `a/${text}` } })
    })
    const seen = (name: string) => expand(valueOf(next, "claude", name) ?? "", secrets)
    assert.deepStrictEqual(
      ["FROM_SPEC", "WORKING_DIRECTORY", "TOOLMAN_SERVER_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"].map(seen),
      [text, `a/${text}`, `https://tools.example/${text}`, `https://otel.example/${text}`]
    )
  })

  it("is in no message about an environment that does not fit", () => {
    const { status } = statusOf(
      makeCodeRun({ spec: { env: { PATH: "not-a-real-secret", LD_PRELOAD: "not-a-real-secret" } } })
    )
    assert.strictEqual(status.reason, "InvalidSpec")
    assert.include(status.message, "spec.env.PATH")
    assert.notInclude(JSON.stringify(status), "not-a-real-secret")
  })
})

const statusOf = (object: CustomObject) => {
  const status = writtenStatus(plan(given({ run: object })))
  return { status: decodeStatus(status) }
}
