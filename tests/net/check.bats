#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# What an election depends on, through its control FIFO: vrrp-check, and the addresses of vip-follow. Weights, faults, a
# checker that dies.

load lib.bash

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    scenario weight weight
    scenario fault fault
    scenario refused-weight refused_weight
    scenario refused-fault refused_fault
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

us4=192.0.2.1 peer4=192.0.2.2

# checker: the check succeeds while $LAB/well is there. CHECKER is its pid.
checker() {
    start us check.log "$BUILD/vrrp-check" -C "$LAB/ctl" --interval 300ms --timeout 1s web test -e "$LAB/well"
    CHECKER=$PID
}
# states HOST: those that it went through so far, into $LAB/states.
states() { sed -n 's/.* state .* to=\([a-z]*\) why=\([a-z-]*\).*/\1:\2/p' "$LAB/$1.out" >"$LAB/states"; }
# chain_on HOST PRIORITY WORD...: on a segment of its own.
chain_on() {
    local host=$1 prio=$2
    shift 2
    vr_conf "$LAB/$host.vr" 3 4 "$prio" interval=100ms "$@"
    if [ "$host" = us ]; then
        mkfifo -m 600 "$LAB/ctl"
        chain_start us -C "$LAB/ctl"
    else
        chain_start "$host"
    fi
}

# --- the stories -----------------------------------------------------------------------------------------------------

weight() {
    lab_begin "$LAB" us peer
    record
    touch "$LAB/well"
    chain_on us 150 track=web:-60
    checker
    until_true 10 heard "$us4" '==150'
    chain_on peer 100
    until_true 10 chain_is peer backup
    mark fails
    rm "$LAB/well"
    until_true 10 heard "$peer4" '==100' "$fails"
    until_true 10 chain_is us backup
    mark recovers
    touch "$LAB/well"
    until_true 10 heard "$us4" '==150' "$recovers"
    until_true 10 chain_is peer backup
    mark killed
    kill -KILL "$CHECKER"
    until_true 10 heard "$peer4" '==100' "$killed"
    mark restarts
    checker
    until_true 10 heard "$us4" '==150' "$restarts"
    mark over
}

fault() {
    lab_begin "$LAB" us
    record
    touch "$LAB/well"
    chain_on us 100 track=web
    until_true 10 chain_is us fault # nobody has said that it is up
    mark starts
    checker
    until_true 10 has_address us "$VIP4"
    mark fails
    rm "$LAB/well"
    until_true 10 chain_is us fault
    until_true 10 lacks_address us "$VIP4"
    mark recovers
    touch "$LAB/well"
    until_true 10 has_address us "$VIP4"
    mark killed
    kill -KILL "$CHECKER"
    until_true 10 chain_is us fault
    until_true 10 lacks_address us "$VIP4"
    states us
    mark over
}

# refused WORD...: an election and its vip-follow for addresses that the kernel refuses: IPv6 is off. Nobody listens, so what
# vrrp-listen would say of the interface is said by hand, and nobody sends.
refused() {
    lab_begin "$LAB" us
    ns us sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
    mkfifo -m 600 "$LAB/ctl"
    # shellcheck disable=SC2016 # it is for the shell inside
    start us us.err bash -c 'lab=$1 build=$2
        shift 2
        { echo link if=eth0 state=up primary6=fe80::1 && exec sleep 600; } |
            "$build/vrrp-elect" -C "$lab/ctl" if=eth0 vrid=51 name=six ip=fe80::100 interval=100ms prio=150 "$@" |
            "$build/vip-follow" -C "$lab/ctl" >"$lab/us.out"' refused "$LAB" "$BUILD" "$@"
}
# The priorities of what it would send, each once. (At first 90, if vip-follow was slow to say that all is well.)
sends_are() { sed -n 's/.* send .* prio=\([0-9]*\) .*/\1/p' "$LAB/us.out" | uniq | tr '\n' ' ' | grep -qxE "(150 )?$1 "; }

refused_weight() {
    refused track=vip:six:-60
    until_true 10 sends_are 90
    sleep 2 # it is tried again each second, in vain
    sends_are 90
    ns us sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0
    until_true 10 sends_are "90 150"
    has_address us fe80::100
    states us
}

# It has to become Active to find out, and then it is not to try again at once.
refused_fault() {
    refused track=vip:six
    until_true 10 grep -q ' state .* to=active ' "$LAB/us.out"
    until_true 10 chain_is us fault
    sleep 4
    states us
}

# --- what is to be seen ----------------------------------------------------------------------------------------------

@test "a check that fails lowers the priority, and the other router takes over; it comes back with the check" {
    finished weight
    grep -q 'web: down: exit status 1' "$LAB/check.log"
    heard "$us4" '==90' "$fails" "$recovers" # lower, and beaten
    [ "$(advert_count "$us4" '==0' "$fails" "$recovers")" = 0 ]
    heard "$us4" '==150' "$recovers" "$killed"
}

@test "a checker that was killed lowers it when its last word has run out" {
    finished weight
    local first
    first=$(advert_first "$peer4" '==100' "$killed" "$restarts")
    # 1.9 s after a line that was said at most an interval and a timeout before
    holds "$first - $killed > 0.5"
    heard "$us4" '==90' "$killed" "$restarts"
    heard "$us4" '==150' "$restarts" "$over"
}

@test "without a weight a failing check is a fault: the router resigns and takes its address away" {
    finished fault
    [ "$(advert_count "$us4" '>=0' 0 "$starts")" = 0 ]
    heard "$us4" '==0' "$fails" "$recovers"
    heard "$us4" '==0' "$killed" "$over"
    # init, fault; backup, active; fault; backup, active; fault
    cat "$LAB/states"
    [ "$(grep -c '^fault:track$' "$LAB/states")" -eq 3 ]
    [ "$(grep -c '^active:' "$LAB/states")" -eq 2 ]
}

@test "addresses that cannot be set lower the priority, until they can" {
    finished refused-weight
    printf '%s\n' backup:startup active:timed-out | diff "$LAB/states" -
}

@test "without a weight they are a fault: it starts in spite of it, and does not come back at once" {
    finished refused-fault
    printf '%s\n' fault:track backup:recovered active:timed-out fault:track | diff "$LAB/states" -
}
