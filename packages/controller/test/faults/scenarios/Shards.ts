/** Several shards, and a change of their number while runs are at work. */
import { type Shard, shardLabels } from "@orchestrator/domain/Shards"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { codeRun, delivering, docsRun, endless } from "../../program/World.ts"
import { always, type Scenario, second, type User } from "../Scenario.ts"
import { deaf } from "./Lines.ts"
import { byRun, create, editRun, removeRun, whenWorking } from "./Parts.ts"

/** Shards of `count`, by letters and, where there were others before, by that number. */
const shardsOf = (count: number, names: ReadonlyArray<string>): Readonly<Record<string, Shard>> =>
  Object.fromEntries(names.map((name, index) => [name, { count, index }]))

const inShard = (number: number, run: CustomObject): CustomObject => ({
  ...run,
  metadata: { ...run.metadata, labels: shardLabels(number) }
})

const three = shardsOf(3, ["A", "B", "C"])
const ofThree = { controllers: Object.keys(three), leadership: "lease", shards: three } as const

/** As one Deployment takes the place of another: the new process begins, and then the old one ends. */
const replace = ({ simulation }: User, gone: ReadonlyArray<string>, come: ReadonlyArray<string>) => {
  for (const name of come) simulation.begin(name)
  for (const name of gone) simulation.kill(name)
}

export const shards: ReadonlyArray<Scenario> = [
  {
    ...ofThree,
    id: "S27",
    name: "three shards, a run of each",
    script: delivering(),
    acts: [
      create(
        inShard(0, codeRun("first")),
        inShard(1, docsRun("second")),
        inShard(2, codeRun("third", { taskId: 3, service: "web" }))
      )
    ]
  },
  {
    ...ofThree,
    id: "S28",
    name: "three shards, one workspace",
    script: delivering("5 seconds"),
    acts: [
      create(
        inShard(0, codeRun("first")),
        inShard(1, codeRun("second", { taskId: 2 })),
        inShard(2, codeRun("third", { taskId: 3 }))
      )
    ]
  },
  {
    ...ofThree,
    id: "S29",
    name: "three shards, a chain of dependencies, and one that may work at a time",
    script: delivering("5 seconds"),
    config: { limits: { activeRuns: 1 } },
    acts: [
      create(
        inShard(2, codeRun("third", { taskId: 3, service: "c", dependsOn: ["second"] })),
        inShard(1, codeRun("second", { taskId: 2, service: "b", dependsOn: ["first"] })),
        inShard(0, codeRun("first", { service: "a" }))
      )
    ]
  },
  {
    ...ofThree,
    id: "S30",
    name: "three shards become two, and one, while runs are at work",
    shards: { ...three, ...shardsOf(2, ["D", "E"]), ...shardsOf(1, ["F"]) },
    evidenceGoes: true,
    script: byRun({ first: endless, third: endless }, delivering("20 seconds")),
    acts: [
      create(
        inShard(0, codeRun("first")),
        inShard(1, codeRun("second", { taskId: 2, service: "web" })),
        inShard(2, codeRun("third", { taskId: 3, service: "worker" }))
      ),
      whenWorking("third", "three become two", (user) => replace(user, ["A", "B", "C"], ["D", "E"])),
      {
        name: "a run of a service that had another shard",
        when: always,
        after: 2 * second,
        act: (user) => user.start(inShard(1, codeRun("fourth", { taskId: 4, service: "worker" })))
      },
      {
        name: "two become one",
        when: (user) => user.phaseOf("second") === "Succeeded",
        after: 3 * second,
        act: (user) => replace(user, ["D", "E"], ["F"])
      },
      {
        name: "cancel first and third",
        when: always,
        after: 40 * second,
        act: (user) => ["first", "third"].forEach((name) => editRun(user, name, { cancel: true }))
      }
    ]
  },
  {
    controllers: ["F"],
    leadership: "lease",
    id: "S31",
    name: "one becomes three while runs are at work",
    shards: { ...three, ...shardsOf(1, ["F"]) },
    script: delivering("20 seconds"),
    acts: [
      create(inShard(0, codeRun("first")), inShard(2, codeRun("second", { taskId: 2, service: "web" }))),
      whenWorking("second", "one becomes three", (user) => replace(user, ["F"], ["A", "B", "C"])),
      {
        name: "runs of the same services in other shards",
        when: always,
        after: 2 * second,
        act: (user) => {
          user.start(inShard(1, codeRun("third", { taskId: 3 })))
          user.start(inShard(2, codeRun("fourth", { taskId: 4, service: "web" })))
        }
      }
    ]
  },
  {
    ...ofThree,
    id: "S32",
    name: "a workspace goes to another shard while a pod is stuck in its end",
    script: byRun({ first: deaf }, delivering()),
    config: { agent: { terminationGracePeriodSeconds: 90 } },
    acts: [
      create(inShard(0, codeRun("first")), inShard(1, codeRun("second", { taskId: 2 }))),
      whenWorking("first", "delete first", (user) => removeRun(user, "first"))
    ]
  }
]
