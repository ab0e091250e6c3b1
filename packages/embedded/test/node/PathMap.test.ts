import { assert, describe, it } from "@effect/vitest"
import { envToHost, type Mounted, rootVariables, toHost } from "../../src/node/PathMap.ts"

const mount = (mountPath: string, hostPath: string): Mounted => ({ mountPath, hostPath, readOnly: false })
const mounts = [
  mount("/config", "/host/config"),
  mount("/workspace", "/host/claims/api"),
  mount("/workspace/cache", "/host/cache"),
  mount("/etc/claude-code/managed-settings.json", "/host/config/settings.json")
]

describe("a path in a container on its host", () => {
  it.each<readonly [name: string, given: string, want: string]>([
    ["the mount itself", "/config", "/host/config"],
    ["what lies under it", "/config/container.sh", "/host/config/container.sh"],
    ["the deepest mount decides", "/workspace/cache/a", "/host/cache/a"],
    ["a mounted file", "/etc/claude-code/managed-settings.json", "/host/config/settings.json"],
    ["what only begins like a mount stays", "/configuration/x", "/configuration/x"],
    ["what only contains a mount stays", "file:///config/x", "file:///config/x"],
    ["other text stays", "hello /config", "hello /config"]
  ])("%s", (_, given, want) => assert.strictEqual(toHost(mounts, given), want))
})

it("scripts are told where their roots are, for what is mounted", () =>
  assert.deepStrictEqual(rootVariables(mounts), {
    WORKSPACE_DIR: "/host/claims/api",
    CONFIG_DIR: "/host/config",
    MANAGED_SETTINGS_PATH: "/host/config/settings.json"
  }))

it("variables that hold paths are rewritten, names are not", () =>
  assert.deepStrictEqual(envToHost(mounts, { HOME: "/workspace/.home", "/config": "x" }), {
    HOME: "/host/claims/api/.home",
    "/config": "x"
  }))
