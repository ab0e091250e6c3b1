/** Submodules that somebody uses to get at what is not the run's, or to make the broker do what it must not. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { agentGit } from "../fixtures/AgentGit.ts"
import { branch, gitToken } from "../fixtures/Broker.ts"
import { commitTo, git } from "../fixtures/Remotes.ts"
import { asked, fetched, library, link, startWithHosts } from "../fixtures/Submodules.ts"

describe("somebody who may push to the repository", () => {
  it.live("gets no other host the run's token, and no host read that runs may not name", () =>
    Effect.gen(function*() {
      const { home, other, root, start, target } = yield* startWithHosts
      const [commit = ""] = library(join(root, "lib.git"), "one")
      const evil = "https://evil.example.test/lib.git"
      const [port = ""] = /\d+$/.exec(other.url) ?? []
      const links = [
        { path: "at-other", url: `${other.url}/lib.git` },
        { path: "up-and-over", url: `../../127.0.0.1:${port}/lib.git` },
        { path: "elsewhere", url: evil },
        { path: "up-to-elsewhere", url: "../../evil.example.test/lib.git" },
        { path: "with-user", url: `http://${home.url.slice(7)}@evil.example.test/lib.git` },
        { path: "by-ssh", url: "git@127.0.0.1:lib.git" },
        { path: "here", url: join(root, "lib.git") },
        { path: "as-file", url: `file://${join(root, "lib.git")}` },
        { path: "as-command", url: "ext::sh -c id" },
        { path: "as-option", url: "--upload-pack=id" },
        { path: "as-ssh-option", url: "ssh://-oProxyCommand=id/lib.git" },
        { path: "dotted", url: "../group/../lib.git" },
        { path: "encoded", url: "../group/%2e%2e/lib.git" },
        { path: "asking", url: "../lib.git?x=" }
      ].map((each) => ({ ...each, commit }))
      link(target, links)
      const broker = yield* start()
      const all = yield* asked(broker)
      assert.strictEqual(all.length, links.length)
      for (const { path, problem } of all) assert.isDefined(problem, path)
      assert.include(all[0]?.problem, "the run's credentials are not for it")
      assert.include(all[2]?.problem, "is not in git.allowedHosts")
      assert.deepStrictEqual([...other.passwords], [])
      assert.deepStrictEqual([...home.passwords], [gitToken])
    }))
})

describe("an agent", () => {
  it.live("that names another repository of the user's on its own branch does not get to read it", () =>
    Effect.gen(function*() {
      const { folder, root, start, target } = yield* startWithHosts
      const [secret = ""] = library(join(root, "secret.git"), "not for this run")
      const [commit = ""] = library(join(root, "lib.git"), "one")
      link(target, [{ path: "lib", url: "../lib.git", commit }])
      commitTo(target, branch, { "work.txt": "x" })
      link(target, [{ path: "lib", url: "../secret.git", commit: secret }], branch)
      const broker = yield* start({ KNOWN_BRANCH: branch, KNOWN_HEAD: git(target, "rev-parse", branch) })
      const all = yield* asked(broker)
      assert.deepStrictEqual(all.map(({ url: _, ...each }) => each), [{ id: 0, path: "lib", commit }])
      assert.isUndefined((yield* fetched(broker, folder, 0, secret)).text)
      assert.strictEqual((yield* fetched(broker, folder, 0, commit)).text, "one")
    }))

  it.live("gets no commit of a submodule that was taken back, nor a file or tree by its name, and writes none", () =>
    Effect.gen(function*() {
      const { folder, root, start, target } = yield* startWithHosts
      const lib = join(root, "lib.git")
      const [commit = ""] = library(lib, "one")
      const leaked = commitTo(lib, "leaked", { v: "taken back" })
      const names = [leaked, git(lib, "rev-parse", `${leaked}:v`), git(lib, "rev-parse", `${leaked}^{tree}`)]
      git(lib, "config", "uploadpack.allowAnySHA1InWant", "true")
      git(lib, "update-ref", "refs/pull/1/head", leaked)
      git(lib, "update-ref", "-d", "refs/heads/leaked")
      link(target, [{ path: "lib", url: "../lib.git", commit }])
      const broker = yield* start()
      for (const name of names) {
        const { text, words } = yield* fetched(broker, folder, 0, name)
        assert.isUndefined(text)
        assert.include(words, "not our ref")
      }
      assert.isUndefined((yield* fetched(broker, folder, 1, commit)).text)
      const clone = join(folder, "clone")
      mkdirSync(clone)
      const say = agentGit(broker, clone)
      yield* say("init", "--quiet")
      yield* say("commit", "--quiet", "--allow-empty", "-m", "Mine")
      assert.isFalse((yield* say("push", `${broker.url}/git/submodules/0.git`, "HEAD:refs/heads/main")).ok)
      assert.isFalse(
        (yield* agentGit({ ...broker, token: "fake-token-of-nobody" }, clone)(
          "ls-remote",
          `${broker.url}/git/submodules/0.git`
        )).ok
      )
    }))
})
