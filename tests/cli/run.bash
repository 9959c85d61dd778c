# shellcheck shell=bash disable=SC2030,SC2031,SC2154 # RUN is of each test; stderr is set by bats's run --separate-stderr
# What the tests of vrrp-run share: a directory with scripts in place of the stages, but for vrrp-elect and vrrp-log; a
# vrrp-run in the background, what it says and how it ends. No network, no privilege.

bats_require_minimum_version 1.5.0

# As the real one it goes on without a reader.
follow='trap "" PIPE; while read -r line; do echo "$line"; done 2>/dev/null; exit 0'

# As the real one it has no privilege when it is at work, and nothing that could give it one.
restricted='[ -n "${RESTRICTED:-}" ] || RESTRICTED=1 exec setpriv --no-new-privs --inh-caps=-all \
    $([ "$(id -u)" -ne 0 ] || echo --bounding-set=-all) "$0" "$@"'

setup() {
    BUILD=${BUILD:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)/build}
    cd "$BATS_TEST_TMPDIR" || return
    mkdir bin
    cp "$BUILD/vrrp-run" bin/ # it looks for the others beside itself
    ln -s "$BUILD/vrrp-elect" "$BUILD/vrrp-log" "$BUILD/vrrp-pick" "$BUILD/vrrp-ctl" bin/
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
    script vrrp-listen "$restricted" 'trap "exit 0" TERM PIPE' 'echo "link if=eth0 state=up primary4=192.0.2.10" || exit 0' \
        'while echo "other if=eth0 proto=carp"; do sleep 0.1 4>&-; done 2>/dev/null; exit 0'
    script vrrp-advert 'exec cat'
    script vip-follow "$follow"
    echo 'vr if=eth0 vrid=51 name=web interval=100ms ip=192.0.2.1/24' >conf
}

teardown() {
    local pid
    for pid in ${RUN:-} $(cat holders d/lock 2>/dev/null | sed -n 's/.* //p'); do
        kill -KILL "$pid" 2>/dev/null || true
    done
}

# script NAME LINE...
script() {
    local name=$1
    shift
    printf '%s\n' '#!/bin/bash' "$@" >"bin/$name"
    chmod +x "bin/$name"
}
until_true() {
    local limit=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@" >/dev/null 2>&1; do
        if ((${EPOCHREALTIME/./} > limit)); then
            echo "still not true: $*"
            tail err d/status d/lock
            return 1
        fi
        sleep 0.05
    done
}
# start ARGUMENT...: vrrp-run in d, and waits until the chain works. RUN is its pid; err is what all of them say.
start() {
    vrrp-run -d d "$@" conf >out 2>err 3>&- &
    RUN=$!
    until_true 10 works
    cp d/lock holders
}
works() { [ "$(pid_of vrrp-run)" = "$RUN" ] && grep -q ' status .* name=web ' d/status; }
pid_of() { sed -n "s/^$1 //p" d/lock; }
state_of() { sed -n "s/.* name=$1 state=\([a-z]*\).*/\1/p" d/status; }
said() { grep -qE -- "$1" err; }
says() { until_true "${2:-10}" said "$1"; }
open_fds() { find "/proc/$RUN/fd" -type l | wc -l; }
# A zombie is gone, too.
gone() { case $(sed -n 's/^State:.//p' "/proc/$1/status") in '' | Z*) ;; *) return 1 ;; esac; }
all_gone() {
    local pid
    while read -r _ pid; do
        gone "$pid" || return 1
    done <holders
}
# ended STATUS: it has ended by itself, with that status.
ended() {
    local status=0
    until_true "${2:-10}" gone "$RUN"
    wait "$RUN" || status=$?
    RUN=
    [ "$status" -eq "$1" ] || { echo "exit status $status"; cat err; return 1; }
}
