/**
 * Entry point of the pod's main container. Exits 0 only when the work is done; the termination message says the rest. With `sign` as its first
 * word it is what signs the commits of the agent's git.
 */
import { NodeHttpClient, NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { main } from "./Main.ts"
import { OwnCommand } from "./sign/CloneSigning.ts"
import { signProgram } from "./sign/SignProgram.ts"

let exitCode = 143

const [node = "", entry = "", word, ...words] = process.argv

const program = word === "sign"
  ? signProgram(words).pipe(Effect.map((code) => exitCode = code))
  : main((code) => exitCode = code).pipe(Effect.provideService(OwnCommand, [node, entry]))

NodeRuntime.runMain(program.pipe(Effect.provide(Layer.mergeAll(NodeServices.layer, NodeHttpClient.layerNodeHttp))), {
  teardown: (_exit, end) => end(exitCode)
})
