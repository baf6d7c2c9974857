#!/bin/sh
# A client of Chengxin's interface with curl and openssl alone, for any POSIX shell.
#
#   client.sh new-key KEY.pem            make a key of your own; prints the public half, which is what you hand in
#   client.sh duties                     for what your organisation stands enrolled
#   client.sh query FILE                 ask about one person; FILE holds the question (JSON)
#   client.sh purposes                   the registered purposes for real-name checks
#   client.sh verify FILE                check a real name
#   client.sh hand-in ITEM FILE          hand in a file of JSON Lines and wait for the receipt
#
# CHENGXIN_API (https://...), CHENGXIN_CLIENT (c-...), CHENGXIN_KEY (KEY.pem, or while keys change NEW.pem:OLD.pem).
# What is secret or about a person goes through files of their owner alone, never over a command line, which others can read.
set -eu
umask 077
kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT INT TERM
fail() { echo "$*" >&2; exit 1; }

b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# Take one member out of an answer that has it once, as ours do.
member() { sed -n "s/.*\"$1\": *\"\\([^\"]*\\)\".*/\\1/p" | head -n 1; }

bytes() { # hexadecimal digits to bytes
    fold -w 2 | while read -r byte || [ -n "$byte" ]; do printf "\\$(printf %03o "0x$byte")"; done
}

thumbprint() { # RFC 7638, of the public half of $1
    openssl ec -in "$1" -pubout -outform DER 2>/dev/null | tail -c 64 >"$kept/point"
    x=$(head -c 32 "$kept/point" | b64)
    y=$(tail -c 32 "$kept/point" | b64)
    printf '{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' "$x" "$y" | openssl dgst -sha256 -binary | b64
}

sign() { # ES256 of standard input with $1: the two numbers of openssl's signature, 32 bytes each
    openssl dgst -sha256 -sign "$1" -binary | openssl asn1parse -inform DER | sed -n 's/.*INTEGER *:\([0-9A-F]*\)$/\1/p' |
        while read -r number; do printf '%064s' "$number" | tr ' ' 0; done | bytes | b64
}

assertion() { # who we are (RFC 7523), signed with $1: for this interface alone, for a minute, once
    audience=$(curl --silent --show-error --fail-with-body "$CHENGXIN_API/.well-known/oauth-authorization-server" | member issuer)
    head=$(printf '{"alg":"ES256","kid":"%s"}' "$(thumbprint "$1")" | b64)
    claims=$(printf '{"iss":"%s","sub":"%s","aud":"%s","jti":"%s","exp":%s}' "$CHENGXIN_CLIENT" "$CHENGXIN_CLIENT" "$audience" \
        "$(openssl rand -hex 16)" "$(($(date +%s) + 60))" | b64)
    printf '%s.%s.%s' "$head" "$claims" "$(printf '%s.%s' "$head" "$claims" | sign "$1")"
}

log_in() { # a token for scope $1, with the first key that is taken: while keys change, two of yours are
    old_ifs=$IFS IFS=:
    set -- "$1" $CHENGXIN_KEY
    IFS=$old_ifs
    scope=$1
    shift
    for key; do
        assertion "$key" >"$kept/assertion"
        if curl --silent --show-error --fail-with-body --retry 5 --output "$kept/token" \
            --data-urlencode grant_type=client_credentials --data-urlencode "scope=$scope" \
            --data-urlencode client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
            --data-urlencode "client_assertion@$kept/assertion" "$CHENGXIN_API/api/v1/token" 2>"$kept/why"; then
            printf 'Authorization: Bearer %s\n' "$(member access_token <"$kept/token")" >"$kept/headers"
            return
        fi
        grep -q '"invalid-client"' "$kept/token" || break
    done
    cat "$kept/why" "$kept/token" >&2
    exit 1
}

# curl waits for as long as Retry-After says (429, 503), and sends the same key again: it is done, and counted, once.
call() {
    curl --silent --show-error --fail-with-body --retry 5 --retry-max-time 300 --header "@$kept/headers" \
        --header "Idempotency-Key: $(openssl rand -hex 16)" --output "$kept/answer" "$@" || {
        cat "$kept/answer" >&2
        exit 1
    }
    cat "$kept/answer"
    echo
}

post() { call --header "Content-Type: ${3:-application/json}" --data-binary "@$2" "$CHENGXIN_API/api/v1/$1"; }

case ${1:-} in
new-key)
    [ ! -e "$2" ] || fail "$2 is there already"
    openssl ecparam -name prime256v1 -genkey -noout -out "$2"
    openssl ec -in "$2" -pubout 2>/dev/null
    ;;
duties) log_in query.ask && call "$CHENGXIN_API/api/v1/duties" ;;
purposes) log_in verification.check && call "$CHENGXIN_API/api/v1/purposes" ;;
query) log_in query.ask && post queries "$2" ;;
verify) log_in verification.check && post verifications "$2" ;;
hand-in)
    log_in "intake.hand_in intake.follow"
    post "items/$2/batches" "$3" application/x-ndjson >"$kept/batch"
    while grep -q '"state": *"received"' "$kept/batch"; do
        sleep 1
        call "$CHENGXIN_API/api/v1/batches/$(member batch <"$kept/batch")" >"$kept/batch.new"
        mv "$kept/batch.new" "$kept/batch"
    done
    cat "$kept/batch"
    ;;
*) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
