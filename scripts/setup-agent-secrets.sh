#!/usr/bin/env bash
# Gives a user's agents their credentials: the Secrets github-ssh-{user} (ssh-privatekey, ssh-publickey), github-token-{user} (token) and
# git-token-{user} (token, username; for forges in forge.hosts) in the namespace of the runs. Checks everything before it writes anything, hands secrets on by standard input only, changes
# nothing when it is run again, and replaces what is there only with --rotate.
set -euo pipefail
shopt -s inherit_errexit 2> /dev/null || true

usage() {
  cat << 'END'
Usage: setup-agent-secrets.sh --user USER [--ssh-key FILE] [--token TOKEN|-|@FILE]
                              [--git-token TOKEN|-|@FILE [--git-username NAME]] [options]

  --user USER       user, as runs name it in githubUser
  --ssh-key FILE    private key without a passphrase; its public half is FILE.pub, or is derived
  --token TOKEN     GitHub token. `-` reads it from standard input, `@FILE` from a file, which
                    keeps it out of the list of processes; so does GITHUB_TOKEN without --token
  --git-token TOKEN
                    token for a forge in forge.hosts, such as GitLab or Bitbucket; - and @FILE
                    as above (of two on standard input the one of --token comes first)
  --git-username NAME
                    the account that this token goes with, where the forge wants to know: for an
                    API token of Bitbucket Cloud its e-mail address
  --namespace NAME  namespace of the runs (default: orchestrator)
  --context NAME    context of the kubeconfig (default: the current one)
  --rotate          replace Secrets that hold something else
  --dry-run         check everything, write nothing

Examples:
  setup-agent-secrets.sh --user ada --ssh-key ~/.ssh/agents --token - < token
  setup-agent-secrets.sh --user ada --git-token @gitlab-token
  setup-agent-secrets.sh --user ada --git-token @bitbucket-token --git-username ada@example.com
END
}

say() { printf '%s\n' "$*"; }
fail() {
  printf 'setup-agent-secrets: %s\n' "$*" >&2
  exit 1
}
misused() {
  printf 'setup-agent-secrets: %s\n\n' "$*" >&2
  usage >&2
  exit 2
}

user='' key_file='' token='' token_given=false git_token='' git_given=false git_username='' namespace=orchestrator context='' rotate=false dry_run=false
while (($#)); do
  option=$1
  shift
  case $option in
    --user | --ssh-key | --token | --git-token | --git-username | --namespace | --context)
      [[ $# -ge 1 && -n $1 ]] || misused "$option needs a value"
      value=$1
      shift
      ;;
    *) value='' ;;
  esac
  case $option in
    --user) user=$value ;;
    --ssh-key) key_file=$value ;;
    --token) token=$value token_given=true ;;
    --git-token) git_token=$value git_given=true ;;
    --git-username) git_username=$value ;;
    --namespace) namespace=$value ;;
    --context) context=$value ;;
    --rotate) rotate=true ;;
    --dry-run) dry_run=true ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) misused "unknown option $option" ;;
  esac
done

[[ -n $user ]] || misused '--user is missing'
[[ $user =~ ^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$ && ${#user} -le 60 ]] ||
  fail "--user: expected a GitHub user name (letters, digits, - and _ inside, at most 60), found \"$user\""
[[ $namespace =~ ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$ && ${#namespace} -le 63 ]] ||
  fail "--namespace: expected a Kubernetes name, found \"$namespace\""

# What an option names: the value itself, - for a line of standard input, @FILE for the first line of a file.
given=''
read_secret() {
  local option=$1 value=$2 file
  given=$value
  case $value in
    -) IFS= read -r given || [[ -n $given ]] || fail "$option -: standard input holds no token" ;;
    @*)
      file=${value#@}
      [[ -r $file ]] || fail "$option: cannot read $file"
      IFS= read -r given < "$file" || [[ -n $given ]] || fail "$option: $file is empty"
      ;;
    *) say "Note: a token on the command line is seen in the list of processes. $option - and $option @FILE are not." ;;
  esac
  given=${given%$'\r'}
}

if ! $token_given && [[ -n ${GITHUB_TOKEN:-} ]]; then
  token=${GITHUB_TOKEN%$'\r'} token_given=true
elif $token_given; then
  read_secret --token "$token"
  token=$given
fi
unset GITHUB_TOKEN
if $git_given; then
  read_secret --git-token "$git_token"
  git_token=$given
fi
given=''
[[ -n $key_file ]] || $token_given || $git_given || misused 'nothing to do: give --ssh-key, --token or --git-token'
$git_given || [[ -z $git_username ]] || misused '--git-username goes with --git-token'

encoded() { base64 | tr -d '\n'; }
command -v kubectl > /dev/null || fail 'kubectl is not on the PATH (https://kubernetes.io/docs/tasks/tools/)'

private_data='' public_data='' fingerprint=''
check_key() {
  command -v ssh-keygen > /dev/null || fail 'ssh-keygen is not on the PATH: install the OpenSSH client'
  [[ -f $key_file && -r $key_file ]] || fail "--ssh-key: cannot read $key_file"
  [[ $key_file != *.pub ]] || fail "--ssh-key: $key_file is the public half; name the private key"
  local derived words
  if ! derived=$(ssh-keygen -y -P '' -f "$key_file" 2>&1 < /dev/null); then
    case $derived in
      *passphrase*) fail "--ssh-key: $key_file has a passphrase, and nobody is there to type it. Make a key of its own: ssh-keygen -t ed25519 -N '' -f FILE" ;;
      *UNPROTECTED*) fail "--ssh-key: $key_file may be read by others: chmod 600 $key_file" ;;
      *) fail "--ssh-key: $key_file is no private key: ${derived##*$'\n'}" ;;
    esac
  fi
  words=$(cut -d ' ' -f 1,2 <<< "$derived")
  if [[ -f $key_file.pub ]]; then
    [[ $(cut -d ' ' -f 1,2 "$key_file.pub") == "$words" ]] ||
      fail "--ssh-key: $key_file.pub is not the public half of $key_file. Derive it: ssh-keygen -y -f $key_file > $key_file.pub"
    public_data=$(encoded < "$key_file.pub")
  else
    say "Note: there is no $key_file.pub; the public half was derived."
    public_data=$(printf '%s\n' "$words $user" | encoded)
  fi
  private_data=$(encoded < "$key_file")
  fingerprint=$(ssh-keygen -l -f /dev/stdin <<< "$derived" | cut -d ' ' -f 2)
}

check_token() {
  case $token in
    *[!A-Za-z0-9_]*) fail '--token: expected a GitHub token, found other characters than letters, digits and _ in it' ;;
    ghs_*) say 'Note: ghs_ tokens of GitHub Apps end after an hour; longer runs will fail to push.' ;;
  esac
  [[ $token =~ ^gh[pousr]_[A-Za-z0-9]{36,255}$ || $token =~ ^github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{40,}$ || $token =~ ^[0-9a-f]{40}$ ]] ||
    fail "--token: expected a GitHub token (ghp_..., github_pat_...), found ${#token} characters of another form"
}

# Forges have tokens of many forms, and passwords of apps.
check_git_token() {
  [[ $git_token != *[![:graph:]]* ]] || fail '--git-token: expected one token, found spaces or other characters that no token has in it'
  ((${#git_token} >= 16)) || fail "--git-token: expected a token of a forge, found ${#git_token} characters"
  [[ $git_token != gh[pousr]_* && $git_token != github_pat_* ]] || fail '--git-token: this is a token of GitHub: give it by --token'
  [[ $git_username != *[![:graph:]]* && $git_username != *:* ]] ||
    fail '--git-username: expected an account or an e-mail address, found a space, a colon or a character that is not seen'
}

[[ -z $key_file ]] || check_key
! $token_given || check_token
! $git_given || check_git_token

kube=(kubectl --namespace "$namespace")
[[ -z $context ]] || kube+=(--context "$context")

found=$("${kube[@]}" get namespace "$namespace" --ignore-not-found -o name 2>&1) || fail "cannot ask the cluster: $found"
[[ -n $found ]] || fail "there is no namespace $namespace: kubectl create namespace $namespace"

type_of() { "${kube[@]}" get secret "$1" --ignore-not-found -o 'jsonpath={.type}'; }

# What a Secret holds under a key, base64; nothing when there is no such Secret.
held() { "${kube[@]}" get secret "$1" --ignore-not-found -o "jsonpath={.data.$2}"; }

# Whether a Secret (name, then pairs of key and data) is absent, the same, or other.
state_of() {
  local name=$1
  shift
  [[ -n $(type_of "$name") ]] || { say absent && return; }
  while (($#)); do
    [[ $(held "$name" "$1") == "$2" ]] || { say other && return; }
    shift 2
  done
  say same
}

refuse_other() {
  [[ $(state_of "$@") != other ]] || $rotate || fail "secret/$1 is there and holds something else. --rotate replaces it"
}

# Writes a Secret (name, then pairs of key and data) unless it is the same. The data go to kubectl by standard input.
changed=0
put() {
  local name=$1 state type verb answer flags=(apply --server-side --force-conflicts --field-manager=setup-agent-secrets -f -)
  state=$(state_of "$@")
  shift
  if [[ $state == same ]]; then
    say "secret/$name unchanged"
    return
  fi
  type=$(type_of "$name")
  ! $dry_run || flags+=(--dry-run=server)
  answer=$(
    {
      printf 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  labels:\n' "$name"
      printf '    app.kubernetes.io/part-of: orchestrator\n    github-user: %s\n' "$user"
      printf 'type: %s\ndata:\n' "${type:-Opaque}"
      printf '  %s: %s\n' "$@"
    } | "${kube[@]}" "${flags[@]}" 2>&1
  ) || fail "secret/$name could not be written: $answer"
  changed=$((changed + 1))
  verb=created
  [[ $state == absent ]] || verb=replaced
  ! $dry_run || verb="would be $verb"
  say "secret/$name $verb"
}

# Names as the controller makes them: lower case, anything else a dash.
name=$(tr '[:upper:]' '[:lower:]' <<< "$user" | sed -E 's/[^a-z0-9]+/-/g; s/^-+//; s/-+$//')
ssh=("github-ssh-$name" ssh-privatekey "$private_data" ssh-publickey "$public_data")
tok=("github-token-$name" token "$(printf '%s' "$token" | encoded)")
other=("git-token-$name" token "$(printf '%s' "$git_token" | encoded)")
[[ -z $git_username ]] || other+=(username "$(printf '%s' "$git_username" | encoded)")
[[ -z $key_file ]] || refuse_other "${ssh[@]}"
! $token_given || refuse_other "${tok[@]}"
! $git_given || refuse_other "${other[@]}"
if [[ -n $key_file ]]; then
  say "key $fingerprint"
  put "${ssh[@]}"
fi
! $token_given || put "${tok[@]}"
if $git_given; then
  put "${other[@]}"
  say "It is read for forges that forge.hosts names (docs/guides/forges.md)."
fi

if $dry_run; then
  say "Nothing was written."
elif ((changed)); then
  say "Runs of githubUser $user in namespace $namespace use them from their next attempt on."
fi
