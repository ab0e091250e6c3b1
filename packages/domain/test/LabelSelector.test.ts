import { assert, it } from "@effect/vitest"
import { Result } from "effect"
import { parseLabelSelector } from "../src/LabelSelector.ts"

const labels = { app: "web", tier: "2", "example.com/owner": "x", empty: "" }

const matching: ReadonlyArray<readonly [selector: string, want: boolean]> = [
  ["", true],
  ["app=web", true],
  ["app == web", true],
  ["app=db", false],
  ["app!=db", true],
  ["app!=web", false],
  ["absent!=x", true],
  ["app", true],
  ["absent", false],
  ["!absent", true],
  ["!app", false],
  ["app in (web,db)", true],
  ["app in ( db )", false],
  ["absent in (x)", false],
  ["app notin (db)", true],
  ["absent notin (x)", true],
  ["app notin (web)", false],
  ["tier>1", true],
  ["tier>2", false],
  ["tier<3", true],
  ["app>1", false],
  ["absent>1", false],
  ["example.com/owner=x", true],
  ["empty=", true],
  ["empty", true],
  ["app=", false],
  ["app=web,tier=2", true],
  ["app=web,tier=3", false],
  ["app in (web,db),!absent,tier notin (1)", true],
  ["toString=x", false],
  ["toString", false]
]

it.each(matching)("%j: %s", (selector, want) => {
  assert.strictEqual(Result.getOrThrow(parseLabelSelector(selector))(labels), want)
})

const refused = [
  "a=b=c",
  "a in b",
  "a in (b",
  "=b",
  "a>x",
  "a>-1",
  "a b",
  "a,,b",
  "-a=b",
  "a=-b",
  "a/b/c=d",
  `a=${"x".repeat(64)}`
]

it.each(refused)("%j is no selector", (selector) => {
  assert.isTrue(Result.isFailure(parseLabelSelector(selector)))
})
