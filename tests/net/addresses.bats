#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# Addresses on several interfaces, excluded ones, labels and scopes, beside keepalived's `dev`, virtual_ipaddress_excluded,
# label and scope; what a keepalived that was killed leaves, and who takes it over. At 200 ms.

load lib.bash
bats_require_minimum_version 1.5.0

VIP_B=198.51.100.100
EXCLUDED=198.51.100.101

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    scenario failover failover
    scenario restart restart
    scenario style style
    scenario adopt adopt
    scenario adopt-active adopt_active
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

# A second bridge, and the hosts' eth1 on it: 198.51.100.N.
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
}

# What of the four a host has, and where: "192.0.2.100@eth0 ...".
held() { # HOST
    local address
    for address in "$VIP4" "$VIP6" "$VIP_B" "$EXCLUDED"; do
        ns "$1" ip -o addr show | awk -v a="$address" 'index($4, a "/") == 1 { printf "%s@%s ", a, $2 }'
    done
}
all_four="$VIP4@eth0 $VIP6@eth0 $VIP_B@eth1 $EXCLUDED@eth1 "
holds_all() { [ "$(held "$1")" = "$all_four" ]; }
holds_none() { [ "$(held "$1")" = "" ]; }

our_addresses() { # HOST PRIORITY [KEY=VALUE...]
    local host=$1 prio=$2
    shift 2
    vr_conf "$LAB/$host.vr" 3 4 "$prio" interval=200ms "excluded=$VIP6/64,$EXCLUDED/24@eth1" "$@"
    sed -i "s|ip=$VIP4/24|ip=$VIP4/24,$VIP_B/24@eth1|" "$LAB/$host.vr"
}

keepalived_addresses() { # HOST PRIORITY
    local dir="$LAB/keepalived-$1"
    mkdir -p "$dir"
    rm -f "$dir"/*.pid
    keepalived_conf "$dir/conf" "$1" 3 4 "$2" 0.2 "virtual_ipaddress_excluded {" "    $VIP6/64 dev eth0" \
        "    $EXCLUDED/24 dev eth1" "}"
    sed -i "s|^        $VIP4/24\$|&\n        $VIP_B/24 dev eth1|" "$dir/conf"
    keepalived_run "$1"
}

# --- the stories -----------------------------------------------------------------------------------------------------

# We are Active, die at once, and come back; keepalived stands in meanwhile.
failover() {
    lab_begin "$LAB" us peer client
    second_segment us peer client
    record
    keepalived_addresses peer 100
    until_true 10 holds_all peer
    our_addresses us 150
    chain_start us -p
    until_true 10 holds_all us
    until_true 10 holds_none peer
    ns us ip -j addr show >"$LAB/us.active"
    ping_start client "$VIP_B" b.ping
    ping_start client "$EXCLUDED" excluded.ping
    until_true 10 ping_works_since b.ping "$EPOCHREALTIME"
    mark dies
    chain_kill us
    until_true 10 holds_all peer
    until_true 15 holds_none us # the kernel has ended all leases, on each interface
    mark alone
    until_true 10 ping_works_since b.ping "$alone"
    until_true 10 ping_works_since excluded.ping "$alone"
    chain_start us -p
    until_true 10 holds_all us
    until_true 10 holds_none peer
    keepalived_stop peer
    chain_stop us
    holds_none us
}

# Killed and started again at once, as a backup: what it left is removed with the first state.
restart() {
    lab_begin "$LAB" us peer
    second_segment us peer
    our_addresses us 100 down-factor=100
    chain_start us
    until_true 30 holds_all us
    chain_kill us
    keepalived_addresses peer 150
    until_true 10 holds_all peer
    holds_all us
    our_addresses us 100
    mark again
    chain_start us
    until_true 3 holds_none us
    chain_stop us
}

# How addresses are set and announced: as `ip -j addr` and the wire have it.
style() {
    lab_begin "$LAB" us client
    second_segment us client
    start client arp.log tcpdump -Z root -i eth0 -p -n -tt --nano -l --immediate-mode arp
    until_true 10 grep -q 'listening on' "$LAB/arp.log"
    vr_conf "$LAB/us.vr" 3 4 100 interval=200ms label=web scope=site preferred=yes garp=3,1s,2 garp-op=reply \
        garp-pace=50ms "excluded=$VIP6/64,203.0.113.5@eth1"
    sed -i "s|ip=$VIP4/24|ip=203.0.113.4|" "$LAB/us.vr"
    run_start us
    until_true 10 has_address us 203.0.113.4
    ns us ip -j addr show >"$LAB/us.styled"
    until_true 10 replies 5
    ctl us vr if=eth0 vrid=51 interval=200ms garp-op=reply garp-pace=50ms ip=203.0.113.4 label=new \
        "excluded=$VIP6/64,203.0.113.5@eth1" >/dev/null
    until_true 10 labelled us eth0:new
    until_true 10 labelled us eth1:new
    ns us ip -j addr show >"$LAB/us.changed"
    run_stop us
    [ "$(ns us ip -o addr show | grep -c 203.0.113)" -eq 0 ]
}
replies() { [ "$(grep -c 'Reply 203.0.113.4 is-at' "$LAB/arp.log")" -ge "$1" ]; }
labelled() { ns "$1" ip -o -4 addr show | grep -q " $2\\\\"; }
# attribute FILE ADDRESS KEY: what ip -j says of it.
attribute() { jq -r ".[].addr_info[] | select(.local == \"$2\") | .$3" "$LAB/$1"; }

# keepalived is killed while it is Active and another takes over: we adopt what it left, and remove it as a backup.
adopt() {
    lab_begin "$LAB" us peer
    second_segment us peer
    keepalived_addresses us 150
    until_true 10 holds_all us
    keepalived_addresses peer 120
    keepalived_kill us
    until_true 10 holds_all peer
    holds_all us
    our_addresses us 100
    chain_start us
    until_true 10 chain_is us backup
    until_true 10 grep -q "$VIP4/24 is there and not ours, though this host is a backup" "$LAB/us.follow.err"
    holds_all us # what is not ours is left alone
    mark adopts
    ns us "$BUILD/vip-up" --adopt eth0 "$VIP4" "$VIP6" 192.0.2.77
    ns us "$BUILD/vip-up" --adopt eth1 "$VIP_B" "$EXCLUDED"
    until_true 3 holds_none us
    chain_stop us
}

# The same, and we take over: before the chain starts. What was adopted is leased, and a connection goes on.
adopt_active() {
    lab_begin "$LAB" us client
    second_segment us client
    keepalived_addresses us 150
    until_true 10 holds_all us
    keepalived_kill us
    start us echo.log python3 -c "import socket
s = socket.create_server(('$VIP4', 7000)).accept()[0]
while data := s.recv(99): s.send(data)"
    until_true 10 listens us
    start client talk.log bash -c "exec 5<>/dev/tcp/$VIP4/7000 && for n in {1..60}; do
        echo \$n >&5 && read -r -t 5 back <&5 && echo \$back && sleep 0.05 || exit
    done"
    until_true 10 grep -qx 3 "$LAB/talk.log"
    ns us "$BUILD/vip-up" --adopt --label new eth0 "$VIP4" # it is removed and added for it
    ns us "$BUILD/vip-up" --adopt eth0 "$VIP4" "$VIP6"
    ns us "$BUILD/vip-up" --adopt eth1 "$VIP_B" "$EXCLUDED"
    holds_all us
    our_addresses us 150
    chain_start us
    until_true 10 chain_is us active
    until_true 10 leased us
    until_true 20 grep -qx 60 "$LAB/talk.log"
    chain_kill us
    until_true 15 holds_none us
}
listens() { ns "$1" ss -Hltn sport = 7000 | grep -q .; }
leased() { [ "$(ns "$1" ip -o addr show | grep -cE "($VIP4|$VIP6|$VIP_B|$EXCLUDED)/.* valid_lft [0-9]+sec")" -eq 4 ]; }

# --- what came of them -----------------------------------------------------------------------------------------------

@test "two interfaces and excluded addresses fail over to keepalived and back" {
    finished failover
    run ! grep -iE 'mismatch|not present|differ' "$LAB/keepalived-peer.log"
    run ! grep -q ' notice ' "$LAB/us.out"
    [ "$(ping_answers b.ping "$alone")" -ge 5 ]
}

@test "an advertisement names the addresses of ip= on all interfaces, and no excluded one" {
    finished failover
    grep -q ' send .* excluded=' "$LAB/us.out"
    grep -m1 "^[0-9.]* IP 192.0.2.1 > " "$LAB/recording"
    grep "^[0-9.]* IP 192.0.2.1 > " "$LAB/recording" | grep -q 'addrs(2)\|length 16'
}

@test "leftovers on each interface go with the first state of the next run" {
    finished restart
}

@test "label, scope and preferred stand in the kernel" {
    finished style
    [ "$(attribute us.styled 203.0.113.4 label)" = eth0:web ]
    [ "$(attribute us.styled 203.0.113.5 label)" = eth1:web ]
    [ "$(attribute us.styled 203.0.113.4 scope)" = site ]
    [ "$(attribute us.styled "$VIP6" preferred_life_time)" -gt 0 ]
    [ "$(attribute us.changed 203.0.113.4 label)" = eth0:new ]
    [ "$(attribute us.changed 203.0.113.4 scope)" = global ]
    [ "$(attribute us.changed "$VIP6" preferred_life_time)" -eq 0 ]
}

@test "announced by ARP replies, at their pace" {
    finished style
    grep 'Reply 203.0.113.4 is-at 02:00:00:00:00:01' "$LAB/arp.log" | head -n 3 |
        awk 'NR > 1 && $1 - last < 0.049 { bad = 1 } { last = $1 } END { exit bad || NR < 3 }'
    run ! grep 'who-has 203.0.113.4' "$LAB/arp.log"
}

@test "what a killed keepalived left is adopted, and removed by a backup" {
    finished adopt
}

@test "what a killed keepalived left is adopted, leased while Active, and a connection goes on" {
    finished adopt-active
    run ! grep -q 'not ours' "$LAB/us.follow.err"
    [ "$(grep -c . "$LAB/talk.log")" -eq 60 ]
}
