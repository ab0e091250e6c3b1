/** The command line as a person has it who can reach the API server and nothing else. */
import { Effect } from "effect"
import { join } from "node:path"
import { root } from "./Plane.ts"
import { attempt } from "./Shell.ts"
import { makeSite, namespace } from "./Site.ts"

const bin = join(root, "packages/cli/src/bin.ts")

export const commandLine = Effect.gen(function*() {
  const site = yield* makeSite
  const { ask, folder, kubeconfig } = site
  return {
    ask,
    kubeconfig,
    orchestrator: (args: ReadonlyArray<string>) =>
      attempt(process.execPath, [bin, ...args, "--namespace", namespace], {
        cwd: folder,
        env: { HOME: folder, KUBECONFIG: "" }
      }),
    /** What somebody needs who works with runs. */
    rights: Effect.fnUntraced(function*(account: string, resources: ReadonlyArray<string>) {
      const runs = resources.map((resource) => `--resource=${resource}.orchestrator.platform`)
      const verbs = "--verb=get,list,watch,create,update,patch,delete"
      yield* ask(["create", "role", `${account}-runs`, verbs, ...runs])
      yield* ask(["create", "role", `${account}-logs`, "--verb=get", "--resource=pods,pods/log"])
      for (const role of ["runs", "logs"]) {
        const subject = `--serviceaccount=${namespace}:${account}`
        yield* ask(["create", "rolebinding", `${account}-${role}`, `--role=${account}-${role}`, subject])
      }
    })
  }
})
