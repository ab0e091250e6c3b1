/** One run: its usual life, and what people and nodes do to it meanwhile. */
import { codeJobName } from "@orchestrator/domain/Names"
import { ConfigMapKind, JobKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import {
  acting,
  codeRun,
  completed,
  delivering,
  docsRun,
  endless,
  failed,
  failing,
  isAgain,
  namespace
} from "../../program/World.ts"
import { always, type Scenario, second } from "../Scenario.ts"
import { alone, byVersion, create, editRun, ofBothKinds, removeRun, whenWorking } from "./Parts.ts"

const interrupted = acting((request) => completed(request.env, isAgain(request) ? "10 seconds" : "never"))

export const lives: ReadonlyArray<Scenario> = [
  { ...alone, id: "S1", name: "a CodeRun is delivered", script: delivering(), acts: [create(codeRun("first"))] },
  { ...alone, id: "S2", name: "a DocsRun is delivered", script: delivering(), acts: [create(docsRun("first"))] },
  ...ofBothKinds("S3", "the agent fails", (run) => ({ script: failing("AgentError"), acts: [create(run("first"))] })),
  {
    ...alone,
    id: "S4",
    name: "tried again by a raised contextVersion",
    script: delivering(),
    acts: [
      create(codeRun("first")),
      {
        name: "raise contextVersion of first",
        when: (user) => user.phaseOf("first") === "Succeeded",
        after: 5 * second,
        act: (user) => editRun(user, "first", { contextVersion: 2, promptModification: "Mind the edge cases." })
      }
    ]
  },
  {
    ...alone,
    id: "S5",
    name: "deleted while it waits",
    script: delivering(),
    acts: [
      create(codeRun("first", { dependsOn: ["absent"] })),
      {
        name: "delete first",
        when: (user) => user.phaseOf("first") === "Pending",
        after: 3 * second,
        act: (user) => removeRun(user, "first")
      }
    ]
  },
  ...ofBothKinds("S6", "deleted while it works", (run) => ({
    script: endless,
    acts: [create(run("first")), whenWorking("first", "delete first", (user) => removeRun(user, "first"))]
  })),
  ...ofBothKinds("S7", "its Job is deleted by a person", (run) => ({
    script: endless,
    acts: [
      create(run("first")),
      whenWorking("first", "delete the Job", (user) => {
        for (const { metadata } of user.jobsOf("first")) {
          user.remove(JobKind, metadata.name ?? "", { propagationPolicy: "Background" })
        }
      })
    ]
  })),
  {
    ...alone,
    id: "S8",
    name: "its ConfigMap is deleted by a person",
    filesGo: true,
    script: delivering(),
    acts: [
      create(codeRun("first")),
      whenWorking("first", "delete the ConfigMaps", (user) => {
        for (const { metadata } of user.all(ConfigMapKind)) {
          if (metadata.name?.startsWith("code-first-v1-") === true) user.remove(ConfigMapKind, metadata.name)
        }
      })
    ]
  },
  {
    ...alone,
    id: "S10",
    name: "its time to be cleaned up comes, the files stay",
    script: delivering(),
    config: { cleanup: { completedJobDelayMinutes: 1, failedJobDelayMinutes: 1, deleteConfigMap: false } },
    acts: [create(codeRun("first"))]
  },
  ...ofBothKinds("S11", "its Job finishes while the controller is away", (run) => ({
    script: delivering(),
    acts: [
      create(run("first")),
      whenWorking("first", "the controller stops", ({ simulation }) => simulation.kill("A")),
      {
        name: "the controller is back",
        when: (user) => !user.isWorking("first"),
        after: 30 * second,
        act: ({ simulation }) => simulation.begin("A")
      }
    ]
  })),
  {
    ...alone,
    id: "S12",
    name: "its spec is edited while it works",
    script: byVersion({ 1: endless }, delivering()),
    evidenceGoes: true,
    acts: [
      create(codeRun("first")),
      whenWorking("first", "edit the model", (user) => editRun(user, "first", { model: "claude-opus-4-20250514" })),
      whenWorking("first", "edit the service", (user) => editRun(user, "first", { service: "web" })),
      whenWorking("first", "raise contextVersion", (user) => editRun(user, "first", { contextVersion: 2 }))
    ]
  },
  ...ofBothKinds("S13", "deleted and made again under its name", (run) => ({
    script: delivering("20 seconds"),
    acts: [
      create(run("first")),
      whenWorking("first", "delete first and make it again", (user) => {
        removeRun(user, "first")
        user.start(run("first"))
      })
    ]
  })),
  {
    ...alone,
    id: "S14",
    name: "somebody else's Job has the name of its Job",
    script: delivering(),
    before: (user) => {
      const uid = user.start(codeRun("first"))?.metadata.uid ?? ""
      const job = user.create(JobKind, {
        metadata: { name: codeJobName("first", uid, { contextVersion: 1, retry: 0 }), namespace },
        spec: {
          suspend: true,
          template: { spec: { restartPolicy: "Never", containers: [{ name: "other", image: "acme/other" }] } }
        }
      })
      if (job?.metadata.uid !== undefined) user.isForeign(job.metadata.uid)
    },
    acts: []
  },
  ...ofBothKinds("S15", "cancelled while it works", (run) => ({
    script: endless,
    evidenceGoes: true,
    acts: [
      create(run("first")),
      whenWorking("first", "cancel first", (user) => editRun(user, "first", { cancel: true }))
    ]
  })),
  ...ofBothKinds("S17", "its pod is lost, and it goes on by itself", (run) => ({
    script: interrupted,
    acts: [create(run("first")), whenWorking("first", "evict the pod", (user) => user.evict("first"))]
  })),
  {
    ...alone,
    id: "S18",
    name: "its claim is deleted while its pod waits for it",
    script: delivering(),
    before: (user) => user.holdClaims(true),
    acts: [
      create(codeRun("first")),
      {
        name: "delete the claim",
        when: (user) => user.podsOf("first").length > 0,
        after: 3 * second,
        act: (user) => user.remove(PersistentVolumeClaimKind, "workspace-api")
      },
      { name: "claims are bound again", when: always, after: 20 * second, act: (user) => user.holdClaims(false) }
    ]
  },
  {
    ...alone,
    id: "S21",
    name: "a usage limit makes it pause",
    script: acting(
      (request) => isAgain(request) ? completed(request.env, "10 seconds") : failed("RateLimited"),
      () => ({ limitedAt: "2026-03-01T10:00:10Z" })
    ),
    acts: [create(codeRun("first"))]
  },
  {
    ...alone,
    id: "S22",
    name: "its budget is summed up over its attempts",
    script: interrupted,
    acts: [
      create(codeRun("first", { maxCostUsd: 0.2 })),
      whenWorking("first", "evict the pod", (user) => user.evict("first"))
    ]
  },
  {
    ...alone,
    id: "S25",
    name: "its pod is deleted by a person",
    script: interrupted,
    evidenceGoes: true,
    acts: [
      create(codeRun("first")),
      whenWorking("first", "delete the pod", (user) => {
        for (const { metadata } of user.podsOf("first")) user.remove(PodKind, metadata.name ?? "")
      })
    ]
  }
]
