/** What git's words about a remote mean to the person who has to do something about it. Pure: the words are English (LC_ALL=C). */
import { printable } from "@orchestrator/domain/Printable"
import { tokenSecrets } from "../../forge/ForgeError.ts"

const unknownToken =
  /could not read (?:username|password)|authentication failed|invalid (?:username|credentials)|returned error: 401/i

/** Whether the host does not take the token, whatever it is allowed. */
export const refusesToken = (words: string): boolean => unknownToken.test(words)

const meanings: ReadonlyArray<readonly [words: RegExp, meaning: string]> = [
  [
    /remote host identification has changed|host key verification failed|no \S+ host key is known/i,
    "the host's ssh key is not one that is trusted: if it is right, put it into git.knownHosts, or under known_hosts into the Secret github-ssh-<user>"
  ],
  [
    /error in libcrypto|invalid format|bad permissions|incorrect passphrase/i,
    "the ssh key in the Secret github-ssh-<user> cannot be used: it must be an OpenSSH or PEM private key without a passphrase"
  ],
  [
    /no user exists for uid/i,
    "ssh runs only for a user that has an entry in the image's /etc/passwd"
  ],
  [
    /permission denied \(publickey/i,
    "the host does not accept the ssh key: check the Secret github-ssh-<user> and that its public key is the user's"
  ],
  [
    /certificate subject name|no alternative certificate subject|does not match target host/i,
    "the host's certificate is for another name: check the address"
  ],
  [
    /certificate verif|certificate problem|self[- ]signed certificate|unable to get local issuer/i,
    "the host's certificate is not one that is trusted: put the certificate of its authority into agent.broker.caCertificates"
  ],
  [
    /gnutls_handshake|ssl_error|tls connect error|wrong version number|ssl connect/i,
    "there is no TLS connection to the host: check its address and port"
  ],
  [
    /could not resolve host|name resolution|name or service not known/i,
    "the host's name is not known: check the address, and the DNS of the cluster"
  ],
  [
    /connection refused|couldn't connect|could not connect|timed out|network is unreachable|no route to host/i,
    "the host cannot be reached: check the address, and the network policy of the agents' pods"
  ],
  [
    /SAML SSO|single sign-on/i,
    "the token or the key is not authorized for the organization's single sign-on: authorize it there, or use an app"
  ],
  [
    /IP allow ?list|IP address \S+ is not allowed|access (?:is )?restricted by IP/i,
    "the organization takes requests from listed addresses alone: add the cluster's egress address to its IP allow list"
  ],
  [
    /(?:was|is|been) archived|archived (?:project|repositor)/i,
    "the repository is archived and read-only: unarchive it, or use another one"
  ],
  [
    /installation (?:has been|is) suspended/i,
    "the app's installation is suspended: have an owner of the organization unsuspend it"
  ],
  [
    unknownToken,
    `the token is missing, wrong or expired: renew ${tokenSecrets}`
  ],
  [
    /returned error: 30[12378]/i,
    "the repository has another address now, and git is not sent on to it here: set repositoryUrl to the new one"
  ],
  [
    /returned error: 403|permission to \S+ denied|write access to repository not granted|the key you are authenticating with has been marked as read only/i,
    "the user may not do this: give the user, the token or the key write access to the repository"
  ],
  [
    /repository (?:'[^']*' )?not found|does not appear to be a git repository|project you were looking for could not be found|returned error: 404/i,
    "there is no such repository, or the user may not see it: check the address and what the token or the key may read"
  ],
  [
    /transport '\w+' not allowed/i,
    "this protocol is not allowed: see git.allowedProtocols"
  ],
  [
    /hung up|unexpected disconnect|early eof|connection reset|broken pipe|rpc failed|empty reply|closed by remote host/i,
    "the connection broke off"
  ]
]

/** Where the host sent git on to, since the repository has another name. */
export const redirection = (words: string): string | undefined => {
  const address = /^warning: redirecting to (https?:\/\/[^\s@]+?)\/?$/m.exec(words)?.[1]
  return address === undefined ? undefined : printable(address, { max: 300 })
}

/** The words, with a sentence before them where it is known what they mean. */
export const explained = (words: string): string => {
  const meaning = meanings.find(([pattern]) => pattern.test(words))?.[1]
  return meaning === undefined ? words : `${meaning} (git: ${words})`
}

/** Rules of forges that refuse a push, by their words, and what a person does about each. */
const rules: ReadonlyArray<readonly [words: RegExp, advice: string]> = [
  [
    /merge queue/i,
    "the branch takes changes through its merge queue alone: exclude the runs' branches from that rule, and let the queue merge their pull requests"
  ],
  [
    /GH009|secret.?(?:scanning|detection)|push protection|contains? secrets?/i,
    "there is a secret in the commits: have it taken out of all of them, and renewed"
  ],
  [
    /without [`'"]?workflows?[`'"]? (?:permission|scope)/i,
    "the commits change workflows: give the token that permission, or keep the agent from them"
  ],
  [
    /GH001|file size limit|exceeds.*size limit|LFS/i,
    "a file is larger than the forge takes: keep it out of the commits, or use Git LFS"
  ],
  [
    /GH013|rule violations?|ruleset/i,
    "a ruleset of the repository forbids it: exclude the runs' branches from it, or let the token's owner or the app bypass it"
  ],
  [
    /GH006|protected branch|not allowed to push code to protected|TF402455|pre-receive hook declined.*protect/i,
    "the branch is protected: exclude the runs' branches from the protection, or let the token's owner push to them"
  ],
  [
    /does not follow the pattern|push rule|committer is not|verified email/i,
    "a push rule of the project forbids it: exempt the token's owner, or make it fit the runs' branches and commits"
  ]
]

/** A remote's refusal, with what to do about it where its rule is known. */
export const withAdvice = (refusal: string): string => {
  const advice = rules.find(([words]) => words.test(refusal))?.[1]
  return advice === undefined ? refusal : `${refusal}; ${advice}`
}
