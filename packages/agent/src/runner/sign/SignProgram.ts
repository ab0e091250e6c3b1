/** What the agent's git starts as `gpg.ssh.program` to sign a commit: it hands the commit to the broker and writes the signature beside it. */
import { NodeHttpClient } from "@effect/platform-node"
import { Console, Effect, FileSystem } from "effect"
import { brokerClient } from "../services/BrokerClient.ts"
import { awaitEndpoint } from "../services/Endpoint.ts"
import { requestSignature } from "./SignatureRequest.ts"

/** The file to sign, by `ssh-keygen`'s words as git says them; undefined for what git does not say. */
export const fileToSign = (words: ReadonlyArray<string>): string | undefined => {
  const [action, sign, n, namespace, f, , ...rest] = words
  const file = rest.filter((word) => word !== "-U")
  const isGits = action === "-Y" && sign === "sign" && n === "-n" && namespace === "git" && f === "-f"
  return isGits && file.length === 1 ? file[0] : undefined
}

const endpointSeconds = 10

/** Answers with the exit code. */
export const signProgram = Effect.fn("SignProgram.run")(
  function*([endpointFile = "", ...words]: ReadonlyArray<string>) {
    const fs = yield* FileSystem.FileSystem
    const file = fileToSign(words)
    if (file === undefined) {
      yield* Console.error("expected: -Y sign -n git -f <key> <file>; nothing but git's commits is signed here")
      return 2
    }
    return yield* Effect.gen(function*() {
      const broker = yield* brokerClient(yield* awaitEndpoint(endpointFile, endpointSeconds))
      const signature = yield* requestSignature(broker, yield* fs.readFile(file))
      yield* fs.writeFileString(`${file}.sig`, signature)
      return 0
    }).pipe(Effect.catch(({ message }) => Effect.as(Console.error(message), 1)))
  },
  Effect.provide(NodeHttpClient.layerNodeHttp)
)
