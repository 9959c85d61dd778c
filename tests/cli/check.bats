#!/usr/bin/env bats
# vrrp-check on pipes and FIFOs: what it says and when, how checks are run, how it ends.

bats_require_minimum_version 1.5.0

setup() {
    BUILD=${BUILD:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)/build}
    cd "$BATS_TEST_TMPDIR" || return 1
    # One result a run, from the file `results`: an exit status each; the last one stays.
    : >runs
    cat >check <<'END'
#!/bin/sh
echo >>runs
status=$(sed -n "$(wc -l <runs)p" results)
exit "${status:-$(tail -n 1 results)}"
END
    chmod +x check
}

teardown() {
    [ -z "${CHECK:-}" ] || kill -KILL "$CHECK" 2>/dev/null || true
}

# check ARGUMENT...: in the background; lines into out, what it says to people into err. CHECK is its pid.
check() {
    : >out
    : >err
    "$BUILD/vrrp-check" "$@" >out 2>err 3>&- &
    CHECK=$!
}

until_true() {
    local limit=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@" 2>/dev/null; do
        if ((${EPOCHREALTIME/./} > limit)); then
            echo "still not true: $*"
            tail out err
            return 1
        fi
        sleep 0.05
    done
}
said() { grep -qF -- "$1" err; }
lines() { [ "$(wc -l <"$1")" -ge "$2" ]; }
# A zombie is gone, too: whose child it was may be slow to notice.
gone() { case $(sed -n 's/^State:.//p' "/proc/$1/status") in '' | Z*) ;; *) return 1 ;; esac; }
# ended STATUS: it has ended by itself, with that status.
ended() {
    local status=0
    until_true 10 gone "$CHECK"
    wait "$CHECK" || status=$?
    CHECK=
    [ "$status" -eq "$1" ] || { echo "exit status $status"; cat err; return 1; }
}
# states FILE: of its lines, without repetition.
states() { sed -n 's/.* state=\([a-z]*\).*/\1/p' "$1" | uniq | tr '\n' ' '; }

# refuses STATUS TEXT ARGUMENT...
refuses() {
    local expected=$1 text=$2 got=0
    shift 2
    timeout 10 "$BUILD/vrrp-check" "$@" >out 2>err </dev/null || got=$?
    [ "$got" -eq "$expected" ] && [ ! -s out ] && grep -qF -- "$text" err && return 0
    echo "$*: exit $got, stderr:"
    cat err out
    return 1
}

@test "each result is a track line, good for three intervals and the timeout" {
    echo 0 >results
    check --interval 100ms --timeout 10s web ./check
    until_true 10 lines out 5
    kill -TERM "$CHECK"
    ended 0
    [ "$(grep -cE '^[0-9]+\.[0-9]{9} track name=web state=up for=10300ms$' out)" -eq "$(wc -l <out)" ]
    [ "$(cat err)" = "vrrp-check: web: up" ]
    "$BUILD/vrrp-pick" track name=web state=up for=10300ms <out >picked
    cmp picked out
    echo 7 >results
    check --timeout 10s web ./check
    until_true 10 lines out 1
    kill -INT "$CHECK"
    ended 0
    grep -qE '^[0-9]+\.[0-9]{9} track name=web state=down for=13s$' out
    [ "$(cat err)" = "vrrp-check: web: down: exit status 7" ]
}

@test "the first result counts at once, then rise and fall decide, and each change is told" {
    printf '%s\n' 0 1 1 0 1 2 3 0 0 1 0 0 0 1 >results
    check --interval 20ms --timeout 10s --rise 3 --fall 3 web ./check
    until_true 10 lines out 14
    kill -TERM "$CHECK"
    ended 0
    head -n 14 out | sed 's/.* state=\([a-z]*\).*/\1/' | tr '\n' ' ' >got
    [ "$(cat got)" = "up up up up up up down down down down down down up up " ]
    cat >expected <<'END'
vrrp-check: web: up
vrrp-check: web: down after 3 failures: exit status 3
vrrp-check: web: up after 3 successes
END
    head -n 3 err | cmp - expected
}

@test "a first failure makes it down at once; why is told, with the last that the command said" {
    check --timeout 10s --fall 5 web sh -c 'echo first; printf "no\033[2J answer\n\n" >&2; kill -TERM $$'
    until_true 10 lines out 1
    kill -TERM "$CHECK"
    ended 0
    [ "$(states out)" = "down " ]
    [ "$(cat err)" = "vrrp-check: web: down: killed by signal 15 (Terminated): no?[2J answer" ]
}

@test "at its time limit a check is killed with all that it started, and has failed" {
    check --interval 1h --timeout 1s web sh -c 'echo $$ >pids; sleep 600 & echo $! >>pids; echo waiting; wait'
    until_true 10 said 'web: down: no answer within 1s: waiting'
    until_true 10 gone "$(sed -n 1p pids)"
    until_true 10 gone "$(sed -n 2p pids)"
    [ "$(states out)" = "down " ]
    kill -TERM "$CHECK"
    ended 0
}

@test "what a check leaves running is killed when it ends" {
    check --interval 1h web sh -c 'sleep 600 & echo $! >pids; exit 0'
    until_true 10 lines out 1
    until_true 10 gone "$(cat pids)"
    kill -TERM "$CHECK"
    ended 0
}

@test "checks start whole intervals apart, however long they take" {
    check --interval 500ms --timeout 10s web sh -c 'date +%s.%N >>starts; sleep 0.3'
    until_true 20 lines starts 6
    kill -TERM "$CHECK"
    ended 0
    # 2.5 s between the first and the sixth; 4.0 s if an interval began when a check ended
    awk 'NR == 1 { first = $1 } NR == 6 { print $1 - first; exit !($1 - first > 2.3 && $1 - first < 3.5) }' starts
}

@test "a check is never started while another one runs" {
    check --interval 20ms --timeout 10s web sh -c 'echo begin >>log; sleep 0.1; echo end >>log'
    until_true 20 lines log 12
    kill -TERM "$CHECK"
    ended 0
    head -n 12 log | paste - - | sort | uniq -c | grep -qE '^ *6 begin.end$'
}

@test "a check that hangs does not slow down the next ones" {
    check --interval 200ms web sh -c 'date +%s.%N >>starts; exec sleep 600'
    until_true 20 lines starts 6
    kill -TERM "$CHECK"
    ended 0
    # 1.0 s; 2.0 s if each second one was left out
    awk 'NR == 1 { first = $1 } NR == 6 { print $1 - first; exit !($1 - first < 1.8) }' starts
}

@test "a command has our environment, no input, no descriptor of ours and default signals" {
    # shellcheck disable=SC2016 # it is for the shell inside
    VARIABLE='two words' check --interval 1h web \
        sh -c 'echo "$VARIABLE $1" >seen; cat >>seen; ls /proc/self/fd >fds; grep ^Sig /proc/self/status >signals' - 'an argument'
    until_true 10 lines out 1
    kill -TERM "$CHECK"
    ended 0
    [ "$(cat seen)" = "two words an argument" ]
    [ "$(tr '\n' ' ' <fds)" = "0 1 2 3 " ] # 3 is the directory that ls reads
    grep -q '^SigBlk:.0*$' signals
    grep -q '^SigIgn:.[0-9a-f]*[08]0000000$' signals # 32 and above may be: they are libc's own
}

@test "a command that goes away while it is checked is down" {
    cp "$(type -P true)" mine
    check --interval 50ms --timeout 10s web ./mine
    until_true 10 lines out 2
    rm mine
    until_true 10 said 'web: down: it cannot be run: No such file or directory'
    kill -TERM "$CHECK"
    ended 0
}

@test "INT, TERM and HUP end it at once and without a last word, and the check that runs" {
    for signal in INT TERM HUP; do
        rm -f pids
        check --timeout 10m web sh -c 'echo $$ >pids; exec sleep 600'
        until_true 10 test -s pids
        kill "-$signal" "$CHECK"
        ended 0
        until_true 10 gone "$(cat pids)"
        [ ! -s out ]
        [ ! -s err ]
    done
}

@test "a reader that goes away ends it quietly, a full disk does not" {
    echo 0 >results
    run --separate-stderr timeout 10 bash -c "'$BUILD/vrrp-check' --interval 20ms --timeout 10s web ./check 2>err | head -n 2 >out
        echo \${PIPESTATUS[0]}"
    [ "$output" = 0 ]
    [ "$(cat err)" = "vrrp-check: web: up" ]
    run timeout 10 bash -c "'$BUILD/vrrp-check' web ./check 2>err >/dev/full"
    [ "$status" -eq 3 ]
    grep -q 'standard output: No space left on device' err
    run timeout 10 bash -c "'$BUILD/vrrp-check' web ./check 2>err >&-"
    [ "$status" -eq 3 ]
    grep -q 'standard output: Bad file descriptor' err
}

@test "-C: that nobody is there is told once, and lines arrive as soon as somebody is; they have no TIME" {
    echo 0 >results
    check -C ./fifo --interval 100ms --timeout 10s web ./check
    until_true 10 lines runs 4
    [ "$(cat err)" = "vrrp-check: web: up
vrrp-check: -C ./fifo: there is no such FIFO; it is tried again and again" ]
    [ ! -e fifo ]
    mkfifo -m 600 fifo
    exec 8<>fifo
    read -r -t 10 -u 8 line
    exec 8>&-
    [ "$line" = "track name=web state=up for=10300ms" ]
    until_true 10 said 'nobody reads it; it is tried again and again'
    # and another FIFO in its place
    mv fifo old
    mkfifo -m 600 fifo
    exec 8<>fifo
    read -r -t 10 -u 8 line
    [ "$line" = "track name=web state=up for=10300ms" ]
    kill -TERM "$CHECK"
    ended 0
    exec 8>&-
    [ ! -s out ]
    [ "$(grep -c 'it is read now' err)" -eq 2 ]
}

@test "-C: a full FIFO holds nothing up" {
    echo 0 >results
    mkfifo -m 600 fifo
    exec 8<>fifo
    head -c 65536 /dev/zero >&8
    check -C fifo --interval 50ms --timeout 10s web ./check
    until_true 10 said '-C fifo: its reader has fallen behind'
    until_true 10 lines runs 5 # checks go on
    [ "$(grep -c -- -C err)" -eq 1 ]
    head -c 65536 <&8 | tr -d '\0' >rest
    read -r -t 10 -u 8 line
    [ "$line" = "track name=web state=up for=10150ms" ]
    until_true 10 said '-C fifo: it is read now'
    exec 8>&-
    kill -TERM "$CHECK"
    ended 0
    [ ! -s rest ]
}

@test "-C: with checks that are rare the last result is repeated, with what is left of its time" {
    echo 0 >results
    mkfifo -m 600 fifo
    exec 8<>fifo
    check -C fifo --interval 1h --timeout 10s web ./check
    for _ in 1 2 3; do
        read -r -t 10 -u 8 line
        echo "$line" >>got
    done
    exec 8>&-
    [ "$(wc -l <runs)" -eq 1 ]
    [ "$(sed -n 1p got)" = "track name=web state=up for=10810s" ]
    # rounded down to milliseconds, so a unit is sure
    left() { sed -n "$1s/^track name=web state=up for=\([0-9]*\)ms\$/\1/p" got; }
    [ "$(left 2)" -le 10809000 ]
    [ "$(left 3)" -le $(($(left 2) - 990)) ]
    kill -TERM "$CHECK"
    ended 0
}

@test "names are written as in any line" {
    echo 0 >results
    check --interval 1h 'web front, 100 %' ./check
    until_true 10 lines out 1
    kill -TERM "$CHECK"
    ended 0
    grep -q ' track name=web%20front,%20100%20%25 state=up for=' out
    echo "vr if=eth0 vrid=51 ip=192.0.2.1 track=web%20front%2C%20100%20%25" >vr
    "$BUILD/vrrp-elect" -t -f vr <out
}

@test "options count before the command and not behind it; wrong words are named" {
    check web --interval 1h -C ./none sh -c 'echo "$0 $*" >seen' -C --interval -V
    until_true 10 test -s seen
    kill -TERM "$CHECK"
    ended 0
    [ "$(cat seen)" = "-C --interval -V" ]
    check --interval=1h -- web sh -c 'echo "$0" >seen' --
    until_true 10 grep -qx -- -- seen
    kill -TERM "$CHECK"
    ended 0
    refuses 2 'usage: vrrp-check'
    refuses 2 'usage: vrrp-check' web
    refuses 2 'usage: vrrp-check' -- web
    refuses 2 '--interval: needs a value' web --interval
    refuses 2 '-C: needs a value' web -C
    refuses 2 '--frobnicate: unknown option' web --frobnicate true
    refuses 2 '--interval 5ms: not a duration from 10ms to 3600s' --interval 5ms web true
    refuses 2 '--interval 2h: not a duration from 10ms to 3600s' --interval 2h web true
    refuses 2 '--timeout soon: not a duration from 10ms to 3600s' --timeout soon web true
    refuses 2 '--rise 0: not a number from 1 to 1000' --rise 0 web true
    refuses 2 '--fall 1001: not a number from 1 to 1000' --fall 1001 web true
    refuses 2 'NAME: a name has 1 to 63 bytes' '' true
    refuses 2 'a name has 1 to 63 bytes' "$(printf '%64s' x)" true
    refuses 2 'no-such-command: no such command in PATH' web no-such-command
    refuses 2 './none: No such file or directory' web ./none
    echo 0 >results
    refuses 2 './results: not a file that may be executed' web ./results
    refuses 2 "$PWD: Is a directory" web "$PWD"
    refuses 2 '-C ./check: not a FIFO' -C ./check web true
    [ ! -s runs ]
}
