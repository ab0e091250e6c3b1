/** Several runs: who may start, and when. */
import type { Script } from "@orchestrator/embedded/node/ScriptedRuntime"
import { acting, codeRun, completed, delivering, docsRun, endless, failing } from "../../program/World.ts"
import { type Scenario, second } from "../Scenario.ts"
import { alone, byRun, create, editRun, removeRun, whenWorking } from "./Parts.ts"

/** Goes on after SIGTERM for as long as it may. */
export const deaf: Script = acting(({ env }) => ({ ...completed(env, "never"), onTerminate: "ignore" }))

export const lines: ReadonlyArray<Scenario> = [
  {
    ...alone,
    id: "S9",
    name: "two runs, one workspace",
    script: delivering(),
    acts: [create(codeRun("first"), codeRun("second", { taskId: 2 }))]
  },
  {
    ...alone,
    id: "S16",
    name: "a chain of dependencies with a failure",
    script: byRun({ second: failing("AgentError") }, delivering()),
    acts: [
      create(
        codeRun("third", { taskId: 3, service: "c", dependsOn: ["second"] }),
        codeRun("second", { taskId: 2, service: "b", dependsOn: ["first"] }),
        codeRun("first", { service: "a" })
      )
    ]
  },
  {
    ...alone,
    id: "S19",
    name: "a workspace is handed over while a pod is stuck in its end",
    script: byRun({ first: deaf }, delivering()),
    // Longer than what a process before this one may have sent is waited for: the pod alone keeps the next one out.
    config: { agent: { terminationGracePeriodSeconds: 90 } },
    acts: [
      create(codeRun("first"), codeRun("second", { taskId: 2 })),
      whenWorking("first", "delete first", (user) => removeRun(user, "first"))
    ]
  },
  {
    ...alone,
    id: "S20",
    name: "one may work at a time, and three wait",
    script: delivering("5 seconds"),
    config: { limits: { activeRuns: 1 } },
    acts: [
      create(
        docsRun("first"),
        docsRun("second"),
        codeRun("third", { taskId: 3 }),
        codeRun("fourth", { taskId: 4, service: "web" })
      )
    ]
  },
  {
    ...alone,
    id: "S23",
    name: "two runs of one task",
    script: delivering(),
    acts: [create(codeRun("first"), codeRun("second", { service: "web" }))]
  },
  {
    ...alone,
    id: "S24",
    name: "a dependency is deleted, and made again",
    script: delivering("15 seconds"),
    acts: [
      create(codeRun("first"), codeRun("second", { taskId: 2, service: "web", dependsOn: ["first"] })),
      whenWorking("first", "delete first", (user) => removeRun(user, "first")),
      {
        name: "make first again",
        when: (user) => user.run("first") === undefined,
        after: 15 * second,
        act: (user) => user.start(codeRun("first"))
      }
    ]
  },
  {
    ...alone,
    id: "S33",
    name: "the first in line is suspended and resumed, and one of a high priority comes",
    script: delivering("5 seconds"),
    acts: [
      create(codeRun("first"), codeRun("second", { taskId: 2 }), codeRun("third", { taskId: 3 })),
      whenWorking("first", "suspend second", (user) => editRun(user, "second", { suspend: true }), second),
      whenWorking(
        "first",
        "make fourth",
        (user) => user.start(codeRun("fourth", { taskId: 4, priority: "high" })),
        second
      ),
      whenWorking("third", "resume second", (user) => editRun(user, "second", { suspend: false }), second)
    ]
  },
  {
    ...alone,
    id: "S38",
    name: "a budget has room for two of three",
    script: delivering("5 seconds"),
    config: { budgets: { daily: 1.2 }, limits: { defaultMaxCostUsd: 0.6 } },
    acts: [
      create(
        codeRun("first"),
        codeRun("second", { taskId: 2, service: "b" }),
        codeRun("third", { taskId: 3, service: "c" })
      )
    ]
  },
  {
    ...alone,
    id: "S26",
    name: "one of two runs in a line is cancelled while it waits",
    evidenceGoes: true,
    script: byRun({ first: endless }, delivering()),
    acts: [
      create(codeRun("first"), codeRun("second", { taskId: 2 }), codeRun("third", { taskId: 3 })),
      whenWorking("first", "cancel second", (user) => editRun(user, "second", { cancel: true })),
      whenWorking("first", "cancel first", (user) => editRun(user, "first", { cancel: true }))
    ]
  }
]
