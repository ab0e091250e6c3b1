/** What every command that speaks to a server stands on: the client, runs behind one interface, progress beside the output. */
import { Effect, Layer } from "effect"
import { connected, type ConnectInput } from "../connect/Connect.ts"
import { Runs } from "../runs/RunApi.ts"
import { Display } from "../show/Display.ts"

export const withServer = <A, E, R>(input: ConnectInput, verb: Effect.Effect<A, E, R>) =>
  Effect.provide(verb, Layer.merge(Layer.provideMerge(Runs.layer, connected(input)), Display.layerStderr))
