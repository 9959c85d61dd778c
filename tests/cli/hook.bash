# shellcheck shell=bash disable=SC2030,SC2031,SC2034,SC2154 # each test has its own HOOK; the rest is for the tests
# What the tests of vrrp-hook share: a working directory, commands, a hook in the background, what it ran and said.

bats_require_minimum_version 1.5.0

setup() {
    BUILD=${BUILD:-$(realpath -m "$BATS_TEST_DIRNAME/../../build")}
    hook=$BUILD/vrrp-hook
    work=$BATS_TEST_TMPDIR
    cd "$work" || return
    export WORK=$work
    script note 'echo "$*" >>"$WORK/ran"' # what it was called with, a line each
    : >"$work/ran"
    HOOK=
}

# What is left of a hook is ended by its files: each script writes its pid there first.
teardown() {
    local pid
    exec 7>&- 8<&-
    [ -z "$HOOK" ] || kill -KILL "$HOOK" 2>/dev/null || true
    cat "$work"/*.pid 2>/dev/null | while read -r pid; do
        kill -KILL "$pid" 2>/dev/null || true
    done
}

now_ms() {
    echo $((${EPOCHREALTIME/./} / 1000))
}

# within SECONDS COMMAND...: it becomes true in that time.
within() {
    local end=$(($(now_ms) + $1 * 1000))
    shift
    until "$@"; do
        [ "$(now_ms)" -lt "$end" ] || { echo "still not true: $*" && return 1; }
        sleep 0.02
    done
}

# script NAME TEXT: an executable of that name in $work.
script() {
    printf '#!/bin/sh\n%s\n' "$2" >"$work/$1"
    chmod +x "$work/$1"
}

# state NAME FROM TO [MORE]: a line; the VRID is the length of the name, so that each name is a virtual router.
state() {
    echo "state if=eth0 af=4 vrid=${#1} name=$1 from=$2 to=$3 prio=150 ${*:4}"
}

# begin ARGUMENT...: vrrp-hook in the background, its input on descriptor 7, what it passes on in out, messages in err.
begin() {
    mkfifo "$work/in"
    "$hook" "$@" <"$work/in" >"$work/out" 2>"$work/err" 3>&- &
    HOOK=$!
    exec 7>"$work/in"
}
tell() { printf '%s\n' "$@" >&7; }
ended() { # STATUS: it has ended so
    local status=0
    wait "$HOOK" || status=$?
    HOOK=
    cat "$work/err"
    [ "$status" -eq "$1" ]
}
ran() { [ "$(cat "$work/ran")" = "$(printf '%s\n' "$@")" ]; }
runs_are() { [ "$(wc -l <"$work/ran")" -eq "$1" ]; }
said() { grep -qF -- "vrrp-hook: $1" "$work/err"; }
said_times() { [ "$(grep -cF -- "vrrp-hook: $1" "$work/err")" -eq "$2" ]; }
passed_on() { [ "$(wc -l <"$work/out")" -eq "$1" ]; }
has_line() { grep -q -- "$2" "$1"; }
is_gone() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.*Z' "/proc/$1/status"; }
is_there() { [ -s "$1" ]; }
