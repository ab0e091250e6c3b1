/** The API as the page sees it: `@orchestrator/client`, with the token of the moment. */
import { connect, type Orchestrator } from "@orchestrator/client/promises/Orchestrator"
import { createContext, useContext } from "solid-js"
import { serverUrl } from "./Place.ts"
import { notSignedIn, token } from "./Session.ts"

const ApiContext = createContext<Orchestrator>()

export const ApiProvider = ApiContext.Provider

/** For the address that the page came from. The token is asked for before every request, so that a renewed one counts at once. */
export const makeApi = (): Orchestrator => connect({ server: serverUrl(), token, onUnauthenticated: notSignedIn })

export const useApi = (): Orchestrator => {
  const api = useContext(ApiContext)
  if (api === undefined) throw new Error("Expected an ApiProvider around this component")
  return api
}
