/** Who asks: the bearer token, in memory only. Without one requests carry none, which a server without authentication accepts. */
import { createSignal } from "solid-js"

const [token, setToken] = createSignal<string>()

export { setToken, token }
