import { assert, describe, it } from "@effect/vitest"
import type { Pod } from "@orchestrator/k8s/Objects"
import { expand, fieldOf } from "../../src/node/ContainerEnv.ts"

const env = { NAME: "api", EMPTY: "", "dotted.name": "d" }

describe("references in values, commands and arguments", () => {
  it.each<readonly [given: string, want: string]>([
    ["$(NAME)", "api"],
    ["a-$(NAME)-b$(EMPTY)c", "a-api-bc"],
    ["$(dotted.name)", "d"],
    ["$(NONE)", "$(NONE)"],
    ["$$(NAME)", "$(NAME)"],
    ["$NAME ${NAME}", "$NAME ${NAME}"],
    ["$(cat /etc/passwd)", "$(cat /etc/passwd)"],
    ["$(toString)", "$(toString)"]
  ])("%s becomes %s", (given, want) => assert.strictEqual(expand(given, env), want))
})

describe("fields of the pod", () => {
  const pod: Pod = {
    metadata: { name: "p", namespace: "ns", uid: "u", labels: { "a.b/c": "label" }, annotations: { note: "text" } },
    spec: { containers: [], nodeName: "n" }
  }
  it.each<readonly [path: string, want: string]>([
    ["metadata.name", "p"],
    ["metadata.namespace", "ns"],
    ["metadata.uid", "u"],
    ["metadata.labels['a.b/c']", "label"],
    ["metadata.annotations['note']", "text"],
    ["metadata.labels['none']", ""],
    ["spec.nodeName", "n"],
    ["status.podIP", ""]
  ])("%s is %s", (path, want) => assert.strictEqual(fieldOf(pod, path), want))
})

describe("an expansion of what is no reference, or one that is doubled", () => {
  const env = { A: "1", "B.c-d": "2", SECRET: "not-a-real-secret", NESTED: "$(SECRET)" }
  it.each([
    ["$(A)", "1"],
    ["$(A)$(B.c-d)", "12"],
    ["$$(A)", "$(A)"],
    ["$$$(A)", "$1"],
    ["$$$$(A)", "$$(A)"],
    ["$(NESTED)", "$(SECRET)"],
    ["$()", "$()"],
    ["$(", "$("],
    ["$(A", "$(A"],
    ["$)(A)", "$)(A)"],
    ["$", "$"],
    ["$$", "$"],
    ["$$$", "$$"],
    ["$A", "$A"],
    ["${A}", "${A}"],
    ["$(__proto__)", "$(__proto__)"],
    ["$(constructor)", "$(constructor)"],
    ["$(A\n)", "$(A\n)"],
    ["$\\(A)", "$\\(A)"]
  ])("%j is %j", (text, want) => assert.strictEqual(expand(text, env), want))
})
