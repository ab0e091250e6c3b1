import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { bash, inOrder, say } from "../../../../tools/agent/ScriptedModel.ts"
import { makeCertificates } from "../fixtures/Certificates.ts"
import { gitHttp } from "../fixtures/GitHttp.ts"
import { git, headOf } from "../fixtures/Remotes.ts"
import { sshd } from "../fixtures/Sshd.ts"
import { endedWith, keepsSecrets, onlyBranchChanged, refsOf } from "./Evidence.ts"
import { startPod } from "./Pod.ts"
import { branch, makeWorld, secrets } from "./World.ts"

/** The agent commits, pushes its branch itself, and works on. */
const work = inOrder(
  bash("echo one > one.txt && git add -A && git commit -qm 'Add one' && git push && git status -sb"),
  bash("echo two > two.txt && git add -A && git commit -qm 'Add two'"),
  say("Done.")
)

describe("a pod before a real remote", () => {
  it.live("delivers over ssh with the user's key, which only the broker has", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(work)
      const remote = yield* sshd(world.folder)
      writeFileSync(join(world.folder, "ssh", "ssh-privatekey"), remote.privateKey)
      const before = refsOf(world.remotes.target)
      const pod = yield* startPod(world, {
        config: { git: { allowedProtocols: ["ssh"], allowedHosts: ["*"], knownHosts: remote.knownHost } },
        spec: {
          repositoryUrl: `${remote.url}${world.remotes.target}`,
          docsRepositoryUrl: `${remote.url}${world.remotes.docs}`
        }
      })
      const end = yield* pod.end
      endedWith(end, "Delivered")
      assert.strictEqual(end.brokerReport?.delivery?.headCommit, headOf(world.remotes.target, branch))
      assert.isFalse(end.brokerReport?.forgeKnown)
      assert.strictEqual(git(world.remotes.target, "log", "--format=%s", `main..${branch}`), "Add two\nAdd one")
      onlyBranchChanged(world.remotes.target, before, branch)
      const requests = world.model.requests.join("\n")
      assert.notInclude(requests + end.log, remote.privateKey.split("\n")[1] ?? "")
    }))

  it.live("delivers over https with the user's token, which only the broker has", () =>
    Effect.gen(function*() {
      const world = yield* makeWorld(work)
      const tls = makeCertificates(world.folder)
      for (const repository of Object.values(world.remotes)) git(repository, "config", "http.receivepack", "true")
      const remote = yield* gitHttp(join(world.folder, "remotes"), secrets.token, { tls })
      const pod = yield* startPod(world, {
        config: {
          git: { allowedProtocols: ["https"], insteadOf: { "https://github.com/acme/": `${remote.url}/` } },
          agent: { credentials: "broker", broker: { caCertificates: tls.authority } }
        }
      })
      const end = yield* pod.end
      endedWith(end, "Delivered")
      assert.deepStrictEqual([...remote.passwords], [secrets.token])
      assert.strictEqual(git(world.remotes.target, "log", "--format=%s", `main..${branch}`), "Add two\nAdd one")
      assert.strictEqual(world.gitHub.pulls.length, 1)
      keepsSecrets(world, pod, end)
    }))
})
