import {
  brokenTemplate,
  given,
  givenDocs,
  makeConfig,
  noWorkspace,
  presentFiles,
  workspace
} from "../../fixtures/Given.ts"
import { failed, makeJob, released } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { docsJobName, jobName, makeCodeRun, namespace, nextJobName, nextSession, uid } from "../../fixtures/Runs.ts"
import { ended, finished, now, readyFact } from "../../fixtures/Statuses.ts"

const rule = "jobAbsent"
const lease = `lease workspace-api (pvc1@41) to ${uid}`
const start = [`create Job ${jobName}`, `create files ${jobName}-0123456789abcdef of the new Job`]
const startNext = [
  `create Job ${nextJobName}`,
  `create files ${nextJobName}-0123456789abcdef of the new Job`,
  "write Running/Starting at 7"
]
const startDocs = [
  `create Job ${docsJobName}`,
  `create files ${docsJobName}-0123456789abcdef of the new Job`
]

/** As an installation of an older version has made it. */
const unmarked = (tag: "free" | "mine") => ({
  claim: "workspace-api",
  current: { uid: "pvc1", resourceVersion: "41", adopt: true },
  turn: { tag }
})

export const jobAbsentCases: ReadonlyArray<PlanCase> = [
  {
    name: "a run whose workspace is free leases it, and gets its Job and files; its first word is that its agent works",
    given: given(),
    want: { rule, does: [lease, ...start], status: {} }
  },
  {
    name: "the first run of a service makes the workspace, held from the start",
    given: given({ workspace: noWorkspace }),
    want: { rule, does: ["create workspace workspace-api", ...start] }
  },
  {
    name: "a workspace that is held already is not leased again",
    given: given({ workspace: workspace({ tag: "mine" }) }),
    want: { rule, does: start }
  },
  {
    name: "a shared workspace is never leased",
    given: given({ config: makeConfig({ storage: { access: "Shared" } }) }),
    want: { rule, does: start }
  },
  {
    name: "a missing shared workspace is made",
    given: given({ workspace: noWorkspace, config: makeConfig({ storage: { access: "Shared" } }) }),
    want: { rule, does: ["create workspace workspace-api", ...start] }
  },
  {
    name: "files that are to outlive the Job belong to the run",
    given: given({
      workspace: workspace({ tag: "mine" }),
      config: makeConfig({ cleanup: { deleteConfigMap: false } })
    }),
    want: {
      rule,
      does: [`create Job ${jobName}`, `create files ${jobName}-0123456789abcdef of the run`]
    }
  },
  {
    name: "a DocsRun leases nothing",
    given: givenDocs(),
    want: { rule, does: startDocs, status: {} }
  },
  {
    name: "a run that waited says nothing new before its agent works",
    given: given({
      run: makeCodeRun({
        status: {
          phase: "Pending",
          reason: "WaitingForWorkspace",
          contextVersion: 1,
          lastUpdate: ended,
          conditions: [readyFact("False", "WaitingForWorkspace", "Waiting.", ended)]
        }
      })
    }),
    want: { rule, does: [lease, ...start] }
  },
  {
    name: "the next attempt has its own Job and session, keeps the history, and is no longer finished",
    given: given({
      run: makeCodeRun({
        spec: { contextVersion: 2, promptModification: "Use tabs." },
        status: finished("Failed", "AgentError", { usage: { costUsd: 0.5 }, configmapName: "files-of-first" }),
        metadata: { generation: 3 }
      }),
      workspace: workspace({ tag: "mine" })
    }),
    want: {
      rule,
      does: startNext,
      status: {
        phase: "Running",
        contextVersion: 2,
        observedGeneration: 3,
        promptModification: "Use tabs.",
        promptVersion: 2,
        promptMode: "direct",
        retryCount: undefined,
        configmapName: `${nextJobName}-0123456789abcdef`,
        jobName: nextJobName,
        sessionId: nextSession,
        startedAt: now,
        finishedAt: undefined,
        expiresAt: undefined,
        usage: { costUsd: 0.5 },
        attempts: [
          ...finished("Failed", "AgentError")["attempts"] as ReadonlyArray<object>,
          { contextVersion: 2, jobName: nextJobName, sessionId: nextSession, startedAt: now }
        ]
      }
    }
  },
  {
    name: "the next attempt does not inherit the automatic retries of the one before",
    given: given({
      run: makeCodeRun({
        spec: { contextVersion: 2 },
        status: finished("Failed", "InfraLost", { retryCount: 2 })
      }),
      workspace: workspace({ tag: "mine" })
    }),
    want: { rule, does: startNext, status: { retryCount: 0, jobName: nextJobName } }
  },
  {
    name: "an automatic retry has a Job of its own",
    given: given({
      run: makeCodeRun({ status: { phase: "Pending", reason: "Accepted", contextVersion: 1, retryCount: 1 } }),
      workspace: workspace({ tag: "mine" })
    }),
    want: {
      rule,
      does: [
        "create Job code-api-v1-r1-3f9c2a1b",
        "create files code-api-v1-r1-3f9c2a1b-0123456789abcdef of the new Job"
      ]
    }
  },
  {
    name: "a contextVersion below the one that the status has seen is not gone back to",
    given: given({
      run: makeCodeRun({
        spec: { contextVersion: 1 },
        status: { phase: "Pending", reason: "Accepted", contextVersion: 2 }
      }),
      workspace: workspace({ tag: "mine" })
    }),
    want: { rule, does: startNext.slice(0, -1) }
  },
  {
    name: "the finished Job of an older attempt is no obstacle",
    given: given({
      run: makeCodeRun({ spec: { contextVersion: 2 }, status: finished("Succeeded", "Delivered") }),
      jobs: [makeJob({ end: failed(), ...released })],
      workspace: workspace({ tag: "mine" })
    }),
    want: { rule, does: startNext }
  },
  {
    name: "another run's Job of the same name is no obstacle to planning; the API server will say",
    given: given({ orphans: [makeJob()], workspace: workspace({ tag: "mine" }) }),
    want: { rule, does: start }
  },
  {
    name: "files that are there before the Job are adopted or refused by the interpreter",
    given: givenDocs({ files: { ...presentFiles, rendered: givenDocs().files.rendered } }),
    want: { rule, does: startDocs }
  },
  {
    name: "without rendered files nothing is made",
    given: given({ files: { present: false, rendered: undefined } }),
    want: { rule, does: [] }
  },
  {
    name: "files that cannot be rendered end the run before anything is made",
    given: given({ files: brokenTemplate }),
    want: {
      rule,
      does: ["write Failed/TemplateError at 7"],
      status: {
        message: "code/prompt.md.hbs:3: the value cannot be written",
        attempts: undefined,
        jobName: undefined,
        expiresAt: undefined
      }
    }
  },
  {
    name: "a DocsRun whose files cannot be rendered ends too",
    given: givenDocs({ files: brokenTemplate }),
    want: { rule, does: ["write Failed/TemplateError at 7"] }
  },
  {
    name: "a run for whose workspace every name is another's ends, and says what to do",
    given: given({ workspace: workspace({ tag: "taken" }) }),
    want: {
      rule,
      does: ["write Failed/NameCollision at 7"],
      status: {
        message: "Every PersistentVolumeClaim that could be this run's workspace (workspace-api first) belongs to " +
          "others. Delete one of them, or use another spec.service."
      }
    }
  },
  {
    name: "a claim that does not say whose it is becomes its tenant's by the lease",
    given: given({ workspace: unmarked("free") }),
    want: { rule, does: [lease, ...start] }
  },
  {
    name: "a claim that does not say whose it is becomes its tenant's, also where the run holds it already",
    given: given({ workspace: unmarked("mine") }),
    want: { rule, does: [lease, ...start] }
  },
  {
    name: "a claim that does not say whose it is becomes its tenant's, also where it is shared",
    given: given({ workspace: unmarked("free"), config: makeConfig({ storage: { access: "Shared" } }) }),
    want: { rule, does: [lease, ...start] }
  },
  {
    name: "a run in another namespace gets everything there",
    given: given({ run: makeCodeRun({ metadata: { namespace: `${namespace}-two` } }) }),
    want: { rule, does: [lease, ...start] }
  }
]
