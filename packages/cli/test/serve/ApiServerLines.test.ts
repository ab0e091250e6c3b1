import { assert, it } from "@effect/vitest"
import { requestLines, serverClockLine } from "../../src/serve/ApiServerLines.ts"

it.each([
  { given: undefined, want: /^ok.*not answered/ },
  { given: -2000, want: /^ok/ },
  { given: 20_000, want: /^warn.*20 s ahead of/ },
  { given: -300_000, want: /^fail.*300 s behind .*chrony/ }
])("a clock that is $given ms ahead", ({ given, want }) => {
  const { found, next = "", status } = serverClockLine(given)
  assert.match(`${status} ${found} ${next}`, want)
})

it.each<
  { readonly name: string; readonly codes: Readonly<Record<string, number>>; readonly want: ReadonlyArray<RegExp> }
>([
  { name: "all well", codes: { 200: 90, 409: 3, 404: 2 }, want: [/^ok/] },
  { name: "throttled", codes: { 200: 30, 429: 20 }, want: [/^warn of 50 .* 20 were throttled with 429.*FlowSchema/] },
  {
    name: "a refusal among many",
    codes: { 200: 97, 403: 2, quota: 40 },
    want: [/^ok/]
  },
  {
    name: "away, and then not well",
    codes: { 0: 5, 500: 2, 503: 3 },
    want: [/^warn of 10 .* 5 were not answered/, /^warn of 10 .* 5 were answered with 5xx/]
  }
])("requests: $name", ({ codes, want }) => {
  const lines = requestLines({ codes: new Map(Object.entries(codes)) })
    .map(({ found, next = "", status }) => `${status} ${found} ${next}`)
  assert.lengthOf(lines, want.length)
  want.forEach((pattern, index) => assert.match(lines[index] ?? "", pattern))
})
