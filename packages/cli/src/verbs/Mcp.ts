/** `orchestrator mcp`: the tools of the server for a program that has started this one, on standard input and output. */
import { layerStdio } from "@orchestrator/mcp/Mcp"
import { Effect, Layer } from "effect"
import { connected, type ConnectInput } from "../connect/Connect.ts"
import * as Logging from "../settings/Logging.ts"
import { version } from "../settings/Version.ts"

/** Standard output is the protocol's alone. Ends with standard input. */
export const mcp = (input: ConnectInput) =>
  Effect.provide(
    Layer.launch(layerStdio({ version }).pipe(Layer.provide(connected(input)))),
    Logging.layerWith("Warn")
  )
