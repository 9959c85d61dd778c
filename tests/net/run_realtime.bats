#!/usr/bin/env bats
# -R: real-time priority and locked memory, for all stages or for none, and each of them alone.

load lib.bash

setup() {
    export BUILD=${BUILD%/asan} # a sanitizer's memory cannot be locked
    lab_begin "$BATS_TEST_TMPDIR/lab" us
    vr_conf "$LAB/us.vr" 3 4 100 interval=100ms name=web
}

teardown() {
    lab_end "$LAB"
}

stages=(vrrp-listen vrrp-elect vrrp-advert vip-follow)
is_realtime() { # PID
    chrt -p "$1" | grep -q 'policy: SCHED_FIFO|SCHED_RESET_ON_FORK$' && chrt -p "$1" | grep -q 'priority: 5$' &&
        [ "$(awk '$1 == "VmLck:" { print $2 }' "/proc/$1/status")" -gt 1000 ]
}
is_normal() {
    chrt -p "$1" | grep -q 'policy: SCHED_OTHER$' && grep -q '^VmLck:[^1-9]*0 kB' "/proc/$1/status"
}

@test "vrrp-run -R: all stages have it, another vrrp-listen and another chain as well; vrrp-run has not" {
    run_start us -R 5
    until_true 10 run_is us web active
    for stage in "${stages[@]}"; do
        until_true 10 is_realtime "$(run_pid us "$stage")"
    done
    is_normal "$RUN"
    old=$(run_pid us vrrp-listen)
    echo 'vr if=eth0 vrid=52 ip=192.0.2.101/24' >>"$LAB/us.vr"
    kill -HUP "$RUN"
    until_true 10 grep -q '2 virtual routers from now on' "$LAB/us.run"
    [ "$(run_pid us vrrp-listen)" != "$old" ]
    is_realtime "$(run_pid us vrrp-listen)"
    old=$(run_pid us vrrp-elect)
    kill -KILL "$old"
    until_true 15 eval '[ "$(run_pid us vrrp-elect)" != "$old" ] && run_is us web active'
    for stage in "${stages[@]}"; do
        until_true 10 is_realtime "$(run_pid us "$stage")"
    done
    run_stop us
    [ "$(<"$LAB/us.status")" = 0 ]
}

@test "where it is refused no stage has it, and that is said" {
    mkdir "$LAB/bin"
    printf '%s\n' '#!/bin/sh' 'ulimit -r 0' "exec setpriv --bounding-set=-sys_nice --inh-caps=-sys_nice $BUILD/vrrp-run \"\$@\"" \
        >"$LAB/bin/vrrp-run"
    chmod +x "$LAB/bin/vrrp-run"
    BESIDE=$LAB/bin run_start us -R 5
    until_true 10 run_is us web active
    for stage in "${stages[@]}"; do
        is_normal "$(run_pid us "$stage")"
    done
    [ "$(<"$LAB/us.run")" = "vrrp-run: -R 5: Operation not permitted: the stages run without; needs CAP_SYS_NICE, or a limit on \
real-time priority (ulimit -r)" ]
    run_stop us
}

@test "a stage alone: exit 3 when it is refused, with what it needs" {
    local stage words without need
    while read -r without need; do
        for stage in "vrrp-listen eth0" vrrp-elect vrrp-advert vip-follow "vrrp-advert -F if=eth0 vrid=9 ip=192.0.2.9"; do
            read -ra words <<<"$stage"
            # as if there was no other limit than that on memory; the line is the same for each
            run ns us prlimit --rtprio=0 --memlock=65536 setpriv --bounding-set="-sys_resource,-$without" \
                --inh-caps="-sys_resource,-$without" timeout 10 "$BUILD/${words[0]}" -R 5 "${words[@]:1}" </dev/null
            echo "$output"
            [ "$status" -eq 3 ]
            [[ $output == "${words[0]}: -R 5: "*"Operation not permitted; needs $need"* ]]
        done
    done <<'END'
sys_nice CAP_SYS_NICE, or a limit on real-time priority (ulimit -r)
ipc_lock CAP_IPC_LOCK, or no limit on locked memory (ulimit -l unlimited)
END
}

all_told() { # elected, or counted as left out
    awk '$2 == "elected" { n++ } $3 == "where=observer" { sub(/n=/, "", $4); n += $4 } END { exit n != 5000 }' "$LAB/out"
}

@test "a limit on locked memory does not end it later: it keeps CAP_IPC_LOCK, and nothing else" {
    mkfifo "$LAB/in"
    start us elect.err sh -c 'exec prlimit --memlock=65536 setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource \
        "$1/vrrp-elect" -R 5 <"$2/in" >"$2/out"' elect "$BUILD" "$LAB"
    exec 7>"$LAB/in"
    until_true 10 is_realtime "$PID"
    grep -q '^CapPrm:.0000000000004000$' "/proc/$PID/status"
    before=$(awk '$1 == "VmLck:" { print $2 }' "/proc/$PID/status")
    # so many routers that it needs more memory, and tells how many it did not tell of
    for i in {1..20}; do
        for j in {1..250}; do
            echo "advert if=e$i af=4 vrid=$j dir=in ver=3 prio=100 interval=1s src=192.0.2.1 dst=224.0.0.18 ttl=255 cksum=pseudo auth=none ip=192.0.2.9"
        done
    done >&7
    until_true 10 all_told
    [ "$(awk '$1 == "VmLck:" { print $2 }' "/proc/$PID/status")" -gt "$before" ]
    exec 7>&-
    until_true 10 stopped "$PID"
    [ ! -s "$LAB/elect.err" ]
}
