#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# A router of two sides, eth0 and eth1, beside a vrrp_sync_group of keepalived, in both roles: whatever happens to one side
# of the Active, both virtual routers move, and to the same host. At 300 ms.

load lib.bash

VIP_B=198.51.100.100
DOWN=1.0828125 # Active_Down_Interval of priority 100

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    scenario they they
    scenario we we
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

# --- two segments ----------------------------------------------------------------------------------------------------

# A second bridge, and the hosts' eth1 on it: 198.51.100.N. What crosses it is in recording_b.
second_segment() { # HOST...
    local host n
    ns bridge ip link add br1 type bridge mcast_snooping 0 forward_delay 0
    ns bridge ip link set br1 up
    for host; do
        n=$(<"$LAB/$host.number")
        ns bridge ip link add "q$n" type veth peer name eth1 netns "$(<"$LAB/$host.ns")"
        ns bridge ip link set "q$n" master br1 up
        ns "$host" ip link set eth1 up
        ns "$host" ip addr add "198.51.100.$n/24" dev eth1
    done
    start bridge recording_b tcpdump -Z root -i br1 -p -n -tt --nano -l --immediate-mode -B 4096 'dst host 224.0.0.18'
    until_true 10 grep -q 'listening on' "$LAB/recording_b"
}

on_a() { echo "192.0.2.$(<"$LAB/$1.number")"; }
on_b() { echo "198.51.100.$(<"$LAB/$1.number")"; }
first_a() { advert_first "$(on_a "$1")" '>0' "$2"; } # HOST FROM
first_b() { advert_first "$(on_b "$1")" '>0' "$2" 9e9 recording_b; }
last_a() { advert_last "$(on_a "$1")" '>0' 0 "$2"; } # HOST TO
last_b() { advert_last "$(on_b "$1")" '>0' 0 "$2" recording_b; }
speaks_on_both() { [ -n "$(first_a "$1" "$2")" ] && [ -n "$(first_b "$1" "$2")" ]; }
resigns_on() { # a|b HOST FROM
    local recording=recording
    [ "$1" = a ] || recording=recording_b
    heard "$("on_$1" "$2")" '==0' "$3" 9e9 "$recording"
}
holds_vip() { ns "$1" ip -o -4 addr show | grep -qF " $2/"; }
holds_both() { holds_vip "$1" "$VIP4" && holds_vip "$1" "$VIP_B"; }
holds_none() { ! holds_vip "$1" "$VIP4" && ! holds_vip "$1" "$VIP_B"; }

keepalived_group() { # HOST PRIORITY
    local dir="$LAB/keepalived-$1"
    mkdir -p "$dir"
    rm -f "$dir"/*.pid
    keepalived_conf "$dir/conf" a 3 4 "$2" 0.3
    cat >>"$dir/conf" <<EOT
vrrp_instance b {
    state BACKUP
    interface eth1
    virtual_router_id 52
    version 3
    priority $2
    advert_int 0.3
    virtual_ipaddress {
        $VIP_B/24
    }
}
vrrp_sync_group both {
    group {
        a
        b
    }
}
EOT
    keepalived_run "$1"
}

our_group() { # HOST PRIORITY
    {
        echo "vr if=eth0 vrid=51 name=a prio=$2 interval=300ms ip=$VIP4/24 group=both"
        echo "vr if=eth1 vrid=52 name=b prio=$2 interval=300ms ip=$VIP_B/24 group=both"
    } >"$LAB/$1.vr"
    INTERFACES="eth0 eth1" chain_start "$1" -p
}

states() { sed -n 's/.* state .* name=\([ab]\) .* to=\([a-z]*\) why=\([a-z-]*\) .*/\1 \2 \3/p' "$LAB/$1.out"; }

# The other host has both, and this one neither.
moves() { # TO FROM
    until_true 10 holds_both "$1"
    until_true 10 holds_none "$2"
}

# --- the stories -----------------------------------------------------------------------------------------------------

they() {
    lab_begin "$LAB" us peer
    second_segment us peer
    record
    keepalived_group peer 150
    our_group us 100
    until_true 15 holds_both peer
    sleep 0.7
    states us >"$LAB/at_first"

    mark link_lost
    ns peer ip link set eth0 down
    moves us peer
    mark link_lost_end
    ns peer ip link set eth0 up
    ns peer ip addr add 192.0.2.2/24 dev eth0 2>/dev/null || :
    mark link_back
    moves peer us
    mark link_back_end
    sleep 0.7

    mark crash
    keepalived_kill peer
    ns peer ip link set eth0 down
    ns peer ip link set eth1 down
    until_true 10 holds_both us
    mark crash_end
    ns peer ip addr flush dev eth0
    ns peer ip addr flush dev eth1
    ns peer ip link set eth0 up
    ns peer ip link set eth1 up
    ns peer ip addr add 192.0.2.2/24 dev eth0
    ns peer ip addr add 198.51.100.2/24 dev eth1
    keepalived_group peer 150
    moves peer us
    sleep 0.7

    mark clean_end
    keepalived_stop peer
    moves us peer
    mark the_end
    states us >"$LAB/states"
    cp "$LAB/us.out" "$LAB/log" # it goes on until the lab ends, and that is not decided here
}

we() {
    lab_begin "$LAB" us peer
    second_segment us peer
    record
    keepalived_group peer 100
    our_group us 150
    until_true 15 holds_both us
    sleep 0.7

    mark link_lost
    ns us ip link set eth0 down
    moves peer us
    mark link_lost_end
    ns us ip link set eth0 up
    mark link_back
    moves us peer
    mark link_back_end
    sleep 0.7
    states us >"$LAB/states"

    mark crash
    chain_kill us
    ns us ip link set eth0 down
    ns us ip link set eth1 down
    until_true 10 holds_both peer
    mark crash_end
    ns us ip link set eth0 up
    ns us ip link set eth1 up
    our_group us 150
    moves us peer
    sleep 0.7

    mark clean_end
    chain_stop us
    moves peer us
    mark the_end
}

# --- what came of them -----------------------------------------------------------------------------------------------

# Both adverts within 100 ms, and for how long nobody had announced each of the two before.
moved_together() { # TO FROM-HOST FROM TO-TIME
    local a b gap_a gap_b
    a=$(first_a "$1" "$3") b=$(first_b "$1" "$3")
    gap_a=$(calc "$a - $(last_a "$2" "$a")") gap_b=$(calc "$b - $(last_b "$2" "$b")")
    echo "# $BATS_TEST_DESCRIPTION: gap of a $gap_a s, of b $gap_b s" >&3
    holds "$a < $4 && $b < $4"
    holds "($a - $b) < 0.1 && ($b - $a) < 0.1"
    gaps=("$gap_a" "$gap_b")
}

@test "a backup beside their group: both wait" {
    finished they
    diff "$LAB/at_first" - <<<$'a backup startup\nb backup startup'
}

@test "they lose the link of one side: we have both, once that side was silent for long enough" {
    finished they
    moved_together us peer "$link_lost" "$link_lost_end"
    holds "${gaps[0]} > $DOWN - 0.002 && ${gaps[0]} < $DOWN + 0.5"
    resigns_on b peer "$link_lost"
    grep -qx 'a active timed-out' "$LAB/states"
    grep -qx 'b active resigned' "$LAB/states"
}

@test "their link is back: they have both, and we give up the one with the other" {
    finished they
    moved_together peer us "$link_back" "$link_back_end"
    grep -qx '[ab] backup priority' "$LAB/states"
    grep -qx '[ab] backup group' "$LAB/states"
}

@test "they crash: we have both" {
    finished they
    moved_together us peer "$crash" "$crash_end"
    holds "${gaps[0]} > $DOWN - 0.002 && ${gaps[0]} < $DOWN + 0.5"
    holds "${gaps[1]} > $DOWN - 0.002 && ${gaps[1]} < $DOWN + 0.5"
}

@test "they end: we have both after Skew_Time" {
    finished they
    moved_together us peer "$clean_end" "$the_end"
    resigns_on a peer "$clean_end" && resigns_on b peer "$clean_end"
}

@test "our log replays to the decisions that were taken" {
    finished they
    "$BUILD/vrrp-elect" -t <"$LAB/log" >"$LAB/replay" || :
    diff <(decisions "$LAB/log" | grep ' state ') <(decisions "$LAB/replay" | grep ' state ' | grep -v ' why=shutdown ')
}

@test "we lose the link of one side: we resign on the other, and they have both" {
    finished we
    moved_together peer us "$link_lost" "$link_lost_end"
    resigns_on b us "$link_lost"
    grep -qx 'a fault link' "$LAB/states"
    grep -qx 'b fault group' "$LAB/states"
}

@test "our link is back: we have both" {
    finished we
    moved_together us peer "$link_back" "$link_back_end"
    [ "$(tail -n 2 "$LAB/states" | sort)" = $'a active preempted\nb active preempted' ]
}

@test "we crash: they have both" {
    finished we
    moved_together peer us "$crash" "$crash_end"
}

@test "we end: they have both after Skew_Time" {
    finished we
    moved_together peer us "$clean_end" "$the_end"
    resigns_on a us "$clean_end" && resigns_on b us "$clean_end"
    [ "$(<"$LAB/us.status")" = "0 0 0 0" ]
}
