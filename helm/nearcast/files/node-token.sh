#!/usr/bin/env bash
# Keeps a node token in the Secret that the edges, shields and routers of this release mount. Runs beside the control
# plane, as its admin token is a file there. Makes a new token only where the Secret has none, or one that the control
# plane does not know (its data are new).
#
#   node-token.sh CONTROL-PLANE-URL ADMIN-TOKEN-FILE SECRET-URL SERVICE-ACCOUNT-FOLDER
set -euo pipefail

control_plane=$1
admin_token=$2
secret=$3
account=$4
readonly control_plane admin_token secret account
# Until the token is there others wait for it; afterwards a look now and then does.
readonly WAITING_SECONDS=2 WATCHING_SECONDS=60

# curl with a bearer token read from standard input, so that no process list shows it.
with_token() {
  local token
  token=$(cat)
  curl -sS --max-time 10 --config <(printf 'header = "Authorization: Bearer %s"\n' "$token") "$@"
}

kubernetes() {
  with_token --cacert "$account/ca.crt" --fail-with-body "$@" <"$account/token"
}

# Prints the token in the Secret, or nothing.
kept() {
  kubernetes "$secret" | tr -d '\n' | sed -nE 's/.*"data": *\{[^}]*"token": *"([^"]+)".*/\1/p' | base64 -d
}

# True if the control plane knows token $1. It may be too low for what is asked here (403), but not unknown (401).
known() {
  local status
  status=$(with_token -o /dev/null -w '%{http_code}' "$control_plane/v1/nodes" <<<"$1")
  [[ $status == 200 || $status == 403 ]] && return 0
  [[ $status == 401 ]] && return 1
  echo "node-token: the control plane answers $status" >&2
  return 2
}

make() {
  local answer token
  answer=$(with_token --fail-with-body -H 'Content-Type: application/json' -d '{"role": "node"}' \
    "$control_plane/v1/tokens" <"$admin_token") || return 1
  token=$(tr -d '\n' <<<"$answer" | sed -nE 's/.*"token" *: *"([^"]+)".*/\1/p')
  [[ -n $token ]] || return 1
  kubernetes -o /dev/null -X PATCH -H 'Content-Type: application/merge-patch+json' \
    --data-binary @<(printf '{"stringData": {"token": "%s"}}' "$token") "$secret" || return 1
  echo "node-token: put a new node token into $secret"
}

# True once the Secret has a token that the control plane knows.
settled() {
  local token unknown=0
  token=$(kept) || return 1
  if [[ -n $token ]]; then
    known "$token" || unknown=$?
    ((unknown == 0)) && return 0
    ((unknown == 1)) || return 1
  fi
  # With a shared store, only the replica that came first has the file.
  [[ -s $admin_token ]] || return 1
  make
}

# The first process of a container is told to stop, and has to say yes itself.
trap 'kill "$(jobs -p)"; exit 0' TERM INT
while true; do
  if settled; then
    sleep "$WATCHING_SECONDS" &
  else
    sleep "$WAITING_SECONDS" &
  fi
  wait "$!"
done
