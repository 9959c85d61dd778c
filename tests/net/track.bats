#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# What the kernel knows, through vrrp-track to an election: an uplink that is lost beside keepalived; addresses and routes.

load lib.bash

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    scenario uplink uplink
    scenario kinds kinds
    scenario heard heard_links
    scenario restored taken restore
    scenario lost taken fault
    scenario supervised supervised
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

us4=192.0.2.1 peer4=192.0.2.2

# watcher WORD...: beside our chain.
watcher() { start us track.log "$BUILD/vrrp-track" -C "$LAB/ctl" "$@"; }
uplink_make() {
    ns us ip link add eth1 type veth peer name far
    ns us ip link set eth1 up
    ns us ip link set far "${1:-up}"
}

# --- the stories -----------------------------------------------------------------------------------------------------

uplink() {
    lab_begin "$LAB" us peer
    record
    uplink_make
    mkfifo -m 600 "$LAB/ctl"
    vr_conf "$LAB/us.vr" 3 4 150 track=uplink:-60,load:*-1
    echo 10 >"$LAB/load"
    printf '%s\n' 'watch name=uplink link=eth1' "watch name=load file=$LAB/load" >"$LAB/watches"
    chain_start us -C "$LAB/ctl"
    watcher -f "$LAB/watches"
    until_true 10 heard "$us4" '==140'
    keepalived_start peer 3 4 100
    until_true 10 has_address us "$VIP4"
    mark fails
    ns us ip link set far down # no carrier
    until_true 10 has_address peer "$VIP4"
    until_true 10 lacks_address us "$VIP4"
    mark recovers
    ns us ip link set far up
    until_true 10 has_address us "$VIP4"
    until_true 10 lacks_address peer "$VIP4"
    mark loaded
    echo 51 >"$LAB/load.new"
    mv "$LAB/load.new" "$LAB/load"
    until_true 10 has_address peer "$VIP4"
    mark gone
    ns us ip link del eth1
    echo 0 >"$LAB/load"
    until_true 10 grep -q 'uplink: down: eth1 is not there' "$LAB/track.log"
    until_true 10 chain_is us backup
    mark over
}

# Each as it comes and goes.
kinds() {
    lab_begin "$LAB" us
    uplink_make down
    cat >"$LAB/watches" <<'END'
watch name=carrier link=eth1
watch name=anywhere address=192.0.2.9
watch name=there address=192.0.2.9 if=eth1
watch name=six address=2001:db8::9
watch name=gateway route=default via=198.51.100.1
watch name=other-gateway route=default via=198.51.100.2
watch name=gateway-six route=default via=2001:db8::2
watch name=net route=203.0.113.0/24
watch name=net-there route=203.0.113.0/24 if=eth1
watch name=table route=203.0.113.0/24 table=77
watch name=dropped route=10.0.0.0/8
END
    ns us ip link set eth1 down
    start us track.log "$BUILD/vrrp-track" -f "$LAB/watches"
    until_true 10 every down
    ns us ip link set far up
    ns us ip link set eth1 up
    until_true 10 is carrier up
    ns us ip addr add 192.0.2.9/24 dev eth0
    until_true 10 is anywhere up
    is there down
    ns us ip addr del 192.0.2.9/24 dev eth0
    until_true 10 is anywhere down
    ns us ip addr add 192.0.2.9/32 dev eth1
    until_true 10 is there up
    until_true 10 is anywhere up
    ns us ip addr add 2001:db8::9/64 dev eth0 nodad
    until_true 10 is six up
    ns us ip addr add 198.51.100.9/24 dev eth1
    ns us ip route add default via 198.51.100.1
    until_true 10 is gateway up
    is other-gateway down
    ns us ip route replace default nexthop via 198.51.100.1 nexthop via 198.51.100.2
    until_true 10 is other-gateway up
    is gateway up
    ns us ip -6 route add default via 2001:db8::2
    until_true 10 is gateway-six up
    ns us ip route add 203.0.113.0/24 via 192.0.2.2
    until_true 10 is net up
    is net-there down
    ns us ip route replace 203.0.113.0/24 via 198.51.100.1
    until_true 10 is net-there up
    is table down
    ns us ip route add 203.0.113.0/24 via 192.0.2.2 table 77
    until_true 10 is table up
    ns us ip route add blackhole 10.0.0.0/8
    is dropped down
    ns us ip link set far down # the kernel takes no route away, and leads nobody there
    until_true 10 is carrier down
    until_true 10 is net-there down
    until_true 10 is gateway down
    is table up
    ns us ip link set far up
    until_true 10 is gateway up
    ns us ip link set eth1 down # it takes them away, and tells nobody
    until_true 10 is net down
    until_true 10 is gateway down
    ns us ip addr flush dev eth0
    until_true 10 is six down
    until_true 10 is table down
    mark over
}
# is NAME up|down: so it was told last.
is() { grep " name=$1 " "$LAB/track.log" | tail -n 1 | grep -q " state=$2 "; }
every() {
    local name
    while read -r _ name _; do
        is "${name#name=}" "$1" || return 1
    done <"$LAB/watches"
}

# The link lines of another interface that is listened to are enough.
heard_links() {
    lab_begin "$LAB" us
    uplink_make
    vr_conf "$LAB/us.vr" 3 4 100 track=link:eth1
    INTERFACES="eth0 eth1" chain_start us
    until_true 10 has_address us "$VIP4"
    ns us ip link set far down
    until_true 10 chain_is us fault
    until_true 10 lacks_address us "$VIP4"
    ns us ip link set far up
    until_true 10 has_address us "$VIP4"
    ns us ip link del eth1
    until_true 10 chain_is us fault
    mark over
}

# taken restore|fault: somebody takes the address off.
taken() {
    lab_begin "$LAB" us peer
    record
    mkfifo -m 600 "$LAB/ctl"
    cat >"$LAB/telling" <<END
#!/bin/sh
case \$1 in */vip-follow) set -- "\$@" -C "$LAB/ctl" ;; esac
exec "\$@"
END
    chmod +x "$LAB/telling"
    vr_conf "$LAB/us.vr" 3 4 150 "vip-lost=$1"
    WRAPPER=$LAB/telling chain_start us -C "$LAB/ctl"
    until_true 10 has_address us "$VIP4"
    keepalived_start peer 3 4 100
    until_true 10 grep -q 'BACKUP' "$LAB/keepalived-peer.log"
    mark removed
    ns us ip addr del "$VIP4/24" dev eth0
    if [ "$1" = fault ]; then
        until_true 10 has_address peer "$VIP4"
        chain_is us fault
        lacks_address us "$VIP4"
        until_true 20 has_address us "$VIP4" # it is trusted again
    else
        until_true 10 has_address us "$VIP4"
    fi
    mark over
}

# One place for all of it: the file of vrrp-run.
supervised() {
    lab_begin "$LAB" us
    record
    uplink_make
    touch "$LAB/well"
    write_file track=link:eth1:-60,web,own:+7,not:maint
    start us run.log "$BUILD/vrrp-run" -d "$LAB/run" "$LAB/r.vr"
    run=$PID
    until_true 10 prio_is 157
    ns us ip link set far down
    until_true 10 prio_is 97
    ns us ip link set far up
    until_true 10 prio_is 157
    rm "$LAB/well"
    until_true 10 state_is fault
    touch "$LAB/well"
    until_true 10 prio_is 157
    touch "$LAB/maint"
    until_true 10 state_is fault
    rm "$LAB/maint"
    until_true 10 prio_is 157
    first=$(tracker)
    kill -KILL "$first"
    until_true 10 grep -q "vrrp-track (pid $first) was killed by signal 9" "$LAB/run.log"
    until_true 10 tracker
    [ "$(tracker)" != "$first" ]
    checker=$(pgrep -P "$run" vrrp-check)
    mark reloads
    write_file track=web
    sed -i '/^watch/d' "$LAB/r.vr"
    kill -HUP "$run"
    until_true 10 prio_is 150
    until_true 10 eval '! tracker'
    [ "$(pgrep -P "$run" vrrp-check)" = "$checker" ] # it is the same, and goes on
    mark reloaded
    kill -KILL "$run" # the router goes on, and so does what it depends on
    rm "$LAB/well"
    until_true 10 state_is fault
    ns us "$BUILD/vrrp-ctl" -C "$LAB/run/control" stop
    until_true 20 stopped "$checker"
    mark over
}
write_file() {
    vr_conf "$LAB/r.vr" 3 4 150 interval=100ms "$@"
    cat >>"$LAB/r.vr" <<END
watch name=own address=192.0.2.1
watch name=maint file=$LAB/maint
check name=web command=test,-e,$LAB/well interval=200ms
END
}
status() { ns us "$BUILD/vrrp-ctl" -C "$LAB/run/control" status; }
prio_is() { status | grep -q " state=active .* prio=$1 "; }
state_is() { status | grep -q " state=$1 "; }
tracker() { pgrep -P "$run" vrrp-track; }

# --- what is to be seen ----------------------------------------------------------------------------------------------

@test "an uplink without a carrier lowers the priority: keepalived takes over, and gives it back" {
    finished uplink
    heard "$us4" '==80' "$fails" "$recovers" # 150 - 60 - 10
    heard "$peer4" '==100' "$fails" "$recovers"
    [ "$(advert_count "$us4" '==0')" = 0 ] # beaten, and never in fault
    heard "$us4" '==140' "$recovers" "$loaded"
    grep -q 'uplink: down: eth1 has no carrier' "$LAB/track.log"
}

@test "a number in a file that is renamed into its place weighs" {
    finished uplink
    heard "$us4" '==99' "$loaded" "$gone"
}

@test "links, addresses and routes are told as they come and go" {
    finished kinds
}

@test "another interface that vrrp-listen listens on is tracked without any program" {
    finished heard
    [ "$(grep -c ' state .* to=fault why=track ' "$LAB/us.out")" -ge 2 ]
}

@test "an address that somebody takes off is put back" {
    finished restored
    grep -q "$VIP4/24 was taken away or changed by somebody else: put back" "$LAB/us.follow.err"
    [ "$(advert_count "$us4" '==0')" = 0 ]
    [ "$(advert_count "$peer4" '>0')" = 0 ]
    holds "$over - $removed < 3"
}

@test "or its virtual router gives up, the other one takes over at once, and it comes back later" {
    finished lost
    grep -q "$VIP4/24 was taken away or changed by somebody else: a fault" "$LAB/us.follow.err"
    heard "$us4" '==0' "$removed" "$over"
    local first
    first=$(advert_first "$peer4" '>0' "$removed")
    holds "$first - $removed < 3" # a Skew_Time after it has resigned
    holds "$(advert_first "$us4" '>0' "$first") - $removed > 9"
}

@test "vrrp-run runs what its file tracks, starts it again, changes it with a reload, and leaves none behind" {
    finished supervised
    holds "$(advert_gap "$us4" "$reloads" "$reloaded") < 0.5" # nothing flaps
}
