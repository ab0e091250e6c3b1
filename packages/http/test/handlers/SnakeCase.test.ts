import { assert, describe, it } from "@effect/vitest"
import { asSent, fold } from "../../src/handlers/SnakeCase.ts"

describe("folding", () => {
  it.each([
    { name: "camelCase", given: { taskId: 1 }, want: { task_id: 1 } },
    { name: "snake_case", given: { task_id: 1 }, want: { task_id: 1 } },
    { name: "null", given: { task_id: null, service: "a" }, want: { service: "a" } },
    { name: "both spellings", given: { task_id: 1, taskId: 2 }, want: { task_id: 1, taskId: 2 } },
    {
      name: "items of lists",
      given: { envFromSecrets: [{ secretName: "a" }] },
      want: { env_from_secrets: [{ secret_name: "a" }] }
    },
    {
      name: "names that belong to the requester",
      given: { env: { someThing: "a" } },
      want: { env: { someThing: "a" } }
    },
    { name: "a text", given: "taskId", want: "taskId" },
    { name: "a list", given: [{ taskId: 1 }], want: [{ taskId: 1 }] }
  ])("of $name", ({ given, want }) => {
    assert.deepStrictEqual(fold(given).body, want)
  })

  it("keeps a prototype an ordinary field", () => {
    const { body } = fold(JSON.parse(`{"__proto__":{"service":"a"}}`))
    assert.deepStrictEqual(Object.keys(Object(body)), ["__proto__"])
  })

  it("remembers how a field was sent", () => {
    const { sent } = fold({ repositoryUrl: "a", envFromSecrets: [] })
    assert.strictEqual(asSent("repository_url", sent), "repositoryUrl")
    assert.strictEqual(asSent("env_from_secrets[0].name", sent), "envFromSecrets[0].name")
    assert.strictEqual(asSent("service", sent), "service")
  })
})
