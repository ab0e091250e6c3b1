import { assert, describe, it } from "@effect/vitest"
import { evidenceNotKept } from "@orchestrator/domain/Evidence"
import { runLines } from "../../src/doctor/RunLines.ts"
import type { RunAnswer } from "../../src/runs/RunAnswer.ts"
import { codeAnswer } from "../fixtures/Answers.ts"

const now = Date.parse("2026-01-01T12:00:00Z")

type Fields = Pick<Parameters<typeof codeAnswer>[0], "phase" | "reason" | "message">
type Status = Parameters<typeof codeAnswer>[0]["status"]

const run = (name: string, fields: Fields, status: Status = {}): RunAnswer => codeAnswer({ name, ...fields, status })

const blocked = (name: string, reason: string) =>
  run(name, { phase: "Running", reason: "Blocked" }, {
    conditions: [{
      type: "Progressing",
      status: "False",
      reason,
      message: "no such image",
      lastTransitionTime: "2026-01-01T00:00:00Z"
    }]
  })

const ended = (name: string, fields: Fields, finishedAt = "2026-01-01T11:30:00Z") => run(name, fields, { finishedAt })

const refused = { phase: "Failed", reason: "SetupFailed", message: "the key was refused" } as const

const shown = (runs: ReadonlyArray<RunAnswer>) =>
  runLines(runs, now).map(({ check, found, next, status }) =>
    `${status} ${check}: ${found}${next === undefined ? "" : ` -> ${next}`}`
  )

describe("what runs have met", () => {
  it.each<readonly [string, ReadonlyArray<RunAnswer>, ReadonlyArray<RegExp>]>([
    ["nothing", [], [/^ok runs: nothing keeps/]],
    [
      "two that wait for the same: one line, of the newest",
      [blocked("a", "ImagePullBackOff"), blocked("b", "ImagePullBackOff")],
      [/^fail runs: 2 runs cannot go on \(ImagePullBackOff\), coderun\/a: no such image -> Correct `agent.image`/]
    ],
    [
      "one of two failed",
      [ended("a", refused), ended("b", { phase: "Succeeded", reason: "Delivered" })],
      [
        /^ok/,
        /^warn runs: 1 run of 2 that ended within the last hour failed \(SetupFailed\), coderun\/a: the key was refused -> /
      ]
    ],
    [
      "as many as would wake somebody",
      [ended("a", refused), ended("b", refused), ended("c", refused)],
      [/^ok/, /^fail runs: 3 runs of 3/]
    ],
    ["an end of yesterday", [ended("a", refused, "2025-12-31T12:00:00Z")], [/^ok/]],
    ["an end that is the task's own affair", [ended("a", { phase: "Failed", reason: "NoChanges" })], [/^ok/]],
    [
      "evidence that was not kept",
      [ended("a", { phase: "Succeeded", reason: "Delivered", message: `Done. ${evidenceNotKept}: it is full.` })],
      [/^ok/, /^warn evidence: of 1 run .*coderun\/a: Its evidence was not kept: it is full/]
    ]
  ])("%s", (_, runs, says) => {
    const lines = shown(runs)
    assert.lengthOf(lines, says.length, lines.join("\n"))
    says.forEach((pattern, index) => assert.match(lines[index] ?? "", pattern))
  })
})
