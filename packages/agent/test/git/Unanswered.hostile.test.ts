/** A push that failed is laid at the remote's door only where the remote said so, and a hook cannot say that nobody was there. */
import { assert, describe, it } from "@effect/vitest"
import { pushFailure } from "@orchestrator/domain/PushWords"
import { refusal, unanswered } from "../../src/git/UpstreamWords.ts"

describe("a remote that was not reached is not said to have refused:", () => {
  it.each([
    "fatal: unable to access 'https://h.test/': Could not resolve host: h.test",
    "fatal: unable to access 'https://h.test/': Failed to connect to h.test port 443: Connection refused",
    "fatal: unable to access 'https://h.test/': Failed to connect to h.test port 443 after 3 ms: Couldn't connect to server",
    "ssh: connect to host h.test port 22: No route to host | fatal: Could not read from remote repository.",
    "ssh: connect to host h.test port 22: Connection timed out | fatal: Could not read from remote repository.",
    "ssh: Could not resolve hostname h.test: Temporary failure in name resolution",
    "kex_exchange_identification: Connection closed by remote host",
    "error: RPC failed; curl 52 Empty reply from server",
    "fatal: the remote end hung up unexpectedly",
    "fatal: unable to access 'https://h.test/': The requested URL returned error: 503",
    "fatal: unable to access 'https://h.test/': server certificate verification failed. CAfile: none CRLfile: none",
    "fatal: unable to access 'https://h.test/': gnutls_handshake() failed: An unexpected TLS packet was received.",
    "Host key verification failed. | fatal: Could not read from remote repository.",
    "fatal: transport 'ssh' not allowed"
  ])("%s", (words) => {
    const sentence = pushFailure("feature", unanswered(words))
    assert.isTrue(sentence.startsWith("feature could not be pushed: the remote could not be reached"), sentence)
    assert.include(sentence, words)
    assert.strictEqual(unanswered(unanswered(words)), unanswered(words))
  })
})

describe("a remote that refused is said to have refused:", () => {
  const declined = "!\tHEAD:refs/heads/feature\t[remote rejected] (pre-receive hook declined)"
  it.each([
    "the remote could not be reached",
    "Connection refused by the ticket system",
    "Could not resolve host: tickets.test",
    "returned error: 503"
  ])("a hook that says \"%s\"", (words) => {
    const said = refusal(declined, `remote: ${words}\n`) ?? ""
    assert.include(said, words)
    assert.isTrue(pushFailure("feature", said).startsWith("The remote rejected the push of feature: "))
  })

  it.each([
    "fatal: unable to access 'https://h.test/': The requested URL returned error: 403",
    "remote: Permission to acme/target.git denied to robo-dev.",
    "fatal: repository 'https://h.test/' not found",
    "git@h.test: Permission denied (publickey)."
  ])(
    "%s",
    (words) =>
      assert.isTrue(pushFailure("feature", unanswered(words)).startsWith("The remote rejected the push of feature: "))
  )
})
