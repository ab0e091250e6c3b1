/** Names in the state folder of `dev` that whoever looks for a running one needs to know. */
export const stateFolderName = ".orchestrator"

export const stateFiles = { token: "token", authorization: "authorization", server: "server" } as const
