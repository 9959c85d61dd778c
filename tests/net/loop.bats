#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# What is not believed: own adverts that are not seen leaving, silence of a listener that is silent itself, silence after
# a stall; and other programs of the same machine.

load lib.bash

interval=200ms

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    scenario stalled stalled
    scenario deaf stops listen
    scenario slow-elect stops elect
    scenario slow-both stops listen elect
    scenario slow-all stops listen elect advert follow
    scenario speaker speaker
    scenario shadow shadow
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

teardown() {
    lab_end "$BATS_TEST_TMPDIR/lab"
}

# --- the stories -----------------------------------------------------------------------------------------------------

said() { grep -q -- "$2" "$LAB/$1.out"; }
never_said() { ! said "$@"; }

# An Active whose interface swallows what it sends, and hears all the same.
stalled() {
    lab_begin "$LAB" us peer
    record
    vr_conf "$LAB/us.vr" 3 4 150 "interval=100ms"
    vr_conf "$LAB/peer.vr" 3 4 100 "interval=100ms"
    chain_start peer
    chain_start us
    until_true 10 chain_is us active
    until_true 10 chain_is peer backup
    mark swallows
    ns us nft -f - <<END
table netdev swallow {
    chain out {
        type filter hook egress device eth0 priority 0; policy accept;
        ip protocol 112 drop
    }
}
END
    until_true 10 said us 'to=fault why=stalled'
    until_true 10 heard 192.0.2.2 '>0' "$swallows"
    # it hears the other one and tries again, once; the second time it waits for ten Active_Down_Intervals and more
    until_true 10 said_twice us 'to=fault why=stalled'
    mark waits
    sleep 1
    lacks_address us "$VIP4"
    chain_is us fault
    ns us nft delete table netdev swallow
    until_true 20 chain_is us active
    until_true 10 chain_is peer backup
    until_true 10 lacks_address peer "$VIP4"
    has_address us "$VIP4"
    mark back
}
said_twice() { [ "$(grep -c -- "$2" "$LAB/$1.out")" -ge 2 ]; }

# A backup of which these stages are stopped for six intervals and more.
stops() { # STAGE...
    local stage pids=()
    lab_begin "$LAB" us peer
    record
    vr_conf "$LAB/us.vr" 3 4 100 "interval=$interval"
    vr_conf "$LAB/peer.vr" 3 4 150 "interval=$interval"
    chain_start peer
    until_true 10 chain_is peer active
    chain_start us
    until_true 10 chain_is us backup
    sleep 1
    for stage; do
        pids+=("$(<"$LAB/us.$stage.pid")")
    done
    kill -STOP "${pids[@]}"
    sleep 2
    kill -CONT "${pids[@]}"
    sleep 2
    chain_is us backup
    mark dies # and it still takes over when it should
    chain_kill peer
    until_true 10 heard 192.0.2.1 '>0' "$dies"
}

# keepalived is started on the machine of a backup, and stopped.
speaker() {
    lab_begin "$LAB" us peer
    record
    vr_conf "$LAB/us.vr" 3 4 100 "interval=1s"
    chain_start us
    until_true 10 chain_is us active
    keepalived_start us 3 4 200
    until_true 20 said us 'from=active to=fault why=local-speaker'
    keepalived_stop us
    until_true 20 said us 'from=fault to=backup why=recovered'
    until_true 20 chain_is us active
}

# Beside keepalived, which is Active, and then ends.
shadow() {
    lab_begin "$LAB" us peer
    record
    vr_conf "$LAB/us.vr" 3 4 150 "interval=1s"
    keepalived_start us 3 4 150
    until_true 20 heard 192.0.2.1 '>0'
    # shellcheck disable=SC2016
    start us us.err bash -c '"$2/vrrp-listen" eth0 | "$2/vrrp-elect" --shadow -f "$1/us.vr" | "$2/vrrp-advert" |
        "$2/vip-follow" >"$1/us.out"' shadow "$LAB" "$BUILD"
    until_true 10 said us 'from=init to=backup'
    sleep 5
    never_said us 'to=active'
    mark ends
    keepalived_stop us
    until_true 20 said us 'from=backup to=active why=resigned .* shadow=yes'
    sleep 1
    lacks_address us "$VIP4"
    mark end
}

# --- the tests -------------------------------------------------------------------------------------------------------

@test "an interface that swallows: fault why=stalled, another takes over, and it does not try again and again" {
    finished stalled
    holds "$(advert_first 192.0.2.1 '>0' "$waits") - $waits > 5"
    said us 'from=fault to=backup why=recovered'
}

@test "a listener that is stopped: no takeover, fault why=deaf until it goes on" {
    finished deaf
    [ "$(advert_count 192.0.2.1 '>0' 0 "$dies")" -eq 0 ]
    said us 'from=backup to=fault why=deaf'
    said us 'from=fault to=backup why=recovered'
}

@test "elect, or listen and elect, or all stages stopped for ten intervals: no takeover" {
    local name
    for name in slow-elect slow-both slow-all; do
        finished "$name"
        [ "$(advert_count 192.0.2.1 '>0' 0 "$dies")" -eq 0 ]
    done
}

@test "another daemon of the same machine: fault why=local-speaker until it is gone" {
    finished speaker
}

@test "--shadow follows another daemon of the same machine, and does nothing" {
    finished shadow
    [ "$(advert_count 192.0.2.1 '>0' "$(calc "$ends + 0.2")" "$end")" -eq 0 ]
}

@test "an interface that nobody listens to is in fault, and it is said" {
    LAB=$BATS_TEST_TMPDIR/lab
    lab_begin "$LAB" us
    ns us ip link add eth1 type veth peer name peer1
    ns us ip link set eth1 up
    ns us ip link set peer1 up
    ns us ip addr add 198.51.100.1/24 dev eth1
    vr_conf "$LAB/us.vr" 3 4 100
    echo "vr if=eth1 vrid=51 prio=100 ip=198.51.100.100/24" >>"$LAB/us.vr"
    chain_start us
    until_true 10 grep -q 'eth1: no `link` line tells of it' "$LAB/us.elect.err"
    until_true 10 said us 'state if=eth1 .* to=fault why=link'
    until_true 10 said us 'state if=eth0 .* to=active'
    never_said us 'send if=eth1'
}
