/** A broker by itself, as the pod of a run has it. */
import { dirname, join } from "node:path"

export const path = `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`

/** `place`: a folder of its own; `secrets`: where its credentials and keys are. */
export const brokerEnvironment = (place: string, secrets: string) => ({
  PATH: path,
  TASK_TYPE: "code",
  TASK_ID: "1",
  RUN_NAME: "bench",
  RUN_UID: "3f9c2a1b-1111-4222-8333-444455556666",
  ATTEMPT: "1",
  REPOSITORY_URL: "https://github.com/acme/target.git",
  DOCS_REPOSITORY_URL: "https://github.com/acme/docs.git",
  CREDENTIALS_DIR: join(secrets, "credentials"),
  SSH_DIR: join(secrets, "ssh"),
  BROKER_STATE_DIR: join(place, "state"),
  BROKER_ENDPOINT_FILE: join(place, "endpoint.json"),
  TERMINATION_MESSAGE_PATH: join(place, "report"),
  BROKER_GRACE_SECONDS: "1"
})

/** Asks every millisecond. */
export const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1))
}
