#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# vrrp-audit live: routers at their defaults (keepalived, FRR) through planned failovers, crashes and failbacks give nothing
# above low; a rogue, a split brain and a stolen address are found. Each segment lives through its story in the background.

load lib.bash
load frr.bash

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    local routers
    for routers in "keepalived 3 4" "keepalived 2 4" "keepalived 3 6" "frr 3 4"; do
        # shellcheck disable=SC2086 # who, version, family
        set -- $routers
        scenario "$1-v$2-$3-planned" planned "$@"
        scenario "$1-v$2-$3-crash" crash "$@"
    done
    scenario rogue rogue
    scenario split split
    scenario stolen stolen
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

# --- who watches ---------------------------------------------------------------------------------------------------------

# watch HOST [OPTION...]: from there; what it hears is in HOST.lines, what is found in HOST.alerts.
watch() {
    local host=$1
    shift
    # shellcheck disable=SC2016 # it is for the shell inside
    start "$host" watch.err bash -c '"$1/vrrp-listen" eth0 | tee "$2.lines" | "$1/vrrp-audit" "${@:3}" >"$2.alerts"' watch \
        "$BUILD" "$LAB/$host" "$@"
    until_true 10 grep -q ' tick ' "$LAB/$host.lines"
}
# speaks ADDRESS PRIORITY HOST [COUNT]: so many such adverts were heard there, one after the other, by now.
speaks() {
    local count=${4:-3}
    grep ' advert ' "$LAB/$3.lines" | tail -n "$count" |
        awk -v src="src=$1" -v prio="prio=$2" -v count="$count" '{ $0 = $0 " "
            n += index($0, " " src " ") > 0 && index($0, " " prio " ") > 0 } END { exit n != count }'
}

# --- the stories -----------------------------------------------------------------------------------------------------------

# begin ROUTER VERSION FAMILY: a (150) is Active, b (100) is its backup, and who watches: a third host, and a itself.
begin() {
    lab_begin "$LAB" a b watcher
    watch a -S info
    watch watcher -S info
    "$1_start" a "$2" "$3" 150
    until_true 15 speaks "$(host_address a "$3")" 150 watcher
    "$1_start" b "$2" "$3" 100
    sleep 1.5 # it is to have heard a
}
ends_with() { # FAMILY: a is Active again
    until_true 15 speaks "$(host_address a "$1")" 150 watcher
    sleep 1.5 # time for what comes a second later
    mark end
}
planned() {
    begin "$@"
    "$1_stop" a
    until_true 15 speaks "$(host_address b "$3")" 100 watcher
    "$1_start" a "$2" "$3" 150
    ends_with "$3"
}
crash() {
    begin "$@"
    "$1_kill" a
    host_off a
    until_true 15 speaks "$(host_address b "$3")" 100 watcher
    host_on a
    "$1_start" a "$2" "$3" 150
    ends_with "$3"
}

rogue() {
    lab_begin "$LAB" a b watcher
    echo "allow if=eth0 vrid=51 src=192.0.2.1,192.0.2.2 prio=1..200" >"$LAB/policy"
    watch watcher -P "$LAB/policy"
    keepalived_start a 3 4 150
    until_true 15 speaks 192.0.2.1 150 watcher
    start watcher advert.err "$BUILD/vrrp-advert" -F if=eth0 vrid=51 prio=254 "ip=$VIP4"
    until_true 15 grep -q 'rule=rogue-speaker' "$LAB/watcher.alerts"
    mark end
}

# Their ports of the bridge do not reach each other any more; the third one hears both.
split() {
    begin keepalived 3 4
    partition on a b
    until_true 15 grep -q 'rule=split-brain' "$LAB/watcher.alerts"
    mark end
}

# A gratuitous ARP (request, sender = target = the address) from the third host's card.
stolen() {
    begin keepalived 3 4
    ns watcher "$BUILD/sendframe" eth0 <<<"ffffffffffff02000000000308060001080006040001020000000003c0000264000000000000c0000264"
    until_true 15 grep -q 'rule=garp-nonactive' "$LAB/watcher.alerts"
    mark end
}

# --- what they tell --------------------------------------------------------------------------------------------------------

# clean NAME CHANGES: at both places it was seen who became Active, and announcements too, and nothing above low was found.
clean() {
    local host
    finished "$1"
    for host in a watcher; do
        echo "--- $host"
        cat "$LAB/$host.alerts"
        grep -q ' announce ' "$LAB/$host.lines"
        grep -q 'rule=priority-takeover sev=info' "$LAB/$host.alerts"
        [ "$(grep -cE 'sev=(med|high|crit)' "$LAB/$host.alerts")" -eq 0 ]
    done
}

@test "keepalived, VRRPv3: a planned failover and failback" { clean keepalived-v3-4-planned; }
@test "keepalived, VRRPv3: a crash and failback" { clean keepalived-v3-4-crash; }
@test "keepalived, VRRPv2: a planned failover and failback" { clean keepalived-v2-4-planned; }
@test "keepalived, VRRPv2: a crash and failback" { clean keepalived-v2-4-crash; }
@test "keepalived, IPv6: a planned failover and failback" { clean keepalived-v3-6-planned; }
@test "keepalived, IPv6: a crash and failback" { clean keepalived-v3-6-crash; }
@test "FRR, with its virtual MAC address: a planned failover and failback" { clean frr-v3-4-planned; }
@test "FRR, with its virtual MAC address: a crash and failback" { clean frr-v3-4-crash; }

@test "a rogue with priority 254 is found" {
    finished rogue
    cat "$LAB/watcher.alerts"
    grep -q 'rule=rogue-speaker sev=crit if=eth0 af=4 vrid=51 src=192.0.2.3 smac=02:00:00:00:00:03 what=src-not-allowed value=254' \
        "$LAB/watcher.alerts"
    grep -q 'rule=priority-takeover sev=high .*src=192.0.2.3' "$LAB/watcher.alerts"
    [ "$(grep 'rule=rogue-speaker' "$LAB/watcher.alerts" | grep -cv src=192.0.2.3)" -eq 0 ]
}

@test "split brain is found" {
    finished split
    cat "$LAB/watcher.alerts"
    grep -q 'rule=split-brain sev=crit if=eth0 af=4 vrid=51 src=192.0.2.1 peer=192.0.2.2 value=150 against=100' "$LAB/watcher.alerts"
}

@test "an address that is stolen by ARP is found" {
    finished stolen
    cat "$LAB/watcher.alerts"
    grep -q "rule=garp-nonactive sev=crit if=eth0 af=4 vrid=51 peer=192.0.2.1 ip=$VIP4 mac=02:00:00:00:00:03 against=02:00:00:00:00:01" \
        "$LAB/watcher.alerts"
}
