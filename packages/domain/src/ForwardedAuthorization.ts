/** The header that carries a token past a proxy which takes Authorization for itself, such as the API server's. */
export const forwardedAuthorization = "x-orchestrator-authorization"
