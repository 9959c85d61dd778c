#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# Elections by unicast: with keepalived, on one segment and over a router; strangers, spoofed distances, peers that are down.
# Each segment lives through its story in the background; the tests look at what was recorded.

load lib.bash

families=("2 4" "3 4" "3 6")

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    local family
    for family in "${families[@]}"; do
        # shellcheck disable=SC2086 # version and family
        set -- $family
        scenario "follows-v$1-$2" follows "$1" "$2"
        scenario "leads-v$1-$2" leads "$1" "$2"
    done
    scenario over-a-router-4 over_a_router 4
    scenario over-a-router-6 over_a_router 6
    scenario too-far too_far
    scenario old-checksum old_checksum
    scenario liars liars
    scenario down down
    scenario crowd crowd
    scenario with-ah with_ah
    scenario hangs hangs
    scenario swallowed swallowed
    scenario reload reload
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

vip_of() { if [ "$1" = 6 ]; then echo "$VIP6"; else echo "$VIP4"; fi; }

# record_all HOST: all adverts on its eth0, whoever they are for.
record_all() {
    start "$1" recording tcpdump -Z root -i eth0 -p -n -tt --nano -l --immediate-mode -B 4096 'ip proto 112 or ip6 proto 112'
    until_true 10 grep -q 'listening on' "$LAB/recording"
}

# keepalived_peers HOST VERSION FAMILY PRIORITY OWN PEER-LINE [EXTRA...]
keepalived_peers() {
    local host=$1 version=$2 family=$3 prio=$4 own=$5 peer=$6
    shift 6
    keepalived_start "$host" "$version" "$family" "$prio" 1 "unicast_src_ip $own" 'unicast_peer {' "    $peer" '}' \
        'unicast_ttl 255' "$@" # (without it, its IPv6 leaves with 64)
}

# Nothing odd was told, and nothing went to the group.
unicast_only() {
    ! grep -E ' > (224\.0\.0\.18|ff02::12): ' "$LAB/recording" || false
    ! grep 'notice\|to=fault' "$LAB/us.out" || false
}

last_of() { sed -n "s/.* $2=\([^ ]*\).*/\1/p" "$1" | tail -n 1; } # FILE KEY

# --- the stories -----------------------------------------------------------------------------------------------------

follows() { # VERSION FAMILY
    local version=$1 family=$2 vip us peer
    vip=$(vip_of "$family")
    lab_begin "$LAB" us peer client
    us=$(host_address us "$family") peer=$(host_address peer "$family")
    record_all us
    ping_start client "$vip" ping

    keepalived_peers peer "$version" "$family" 150 "$peer" "$us"
    vr_conf "$LAB/us.vr" "$version" "$family" 100 "peer=$peer"
    chain_start us -p
    until_true 10 heard "$peer" '>0'
    until_true 10 chain_is us backup

    mark dies
    keepalived_kill peer
    host_off peer
    until_true 10 chain_is us active # nothing leaves: the kernel does not find the peer
    until_true 10 ping_works_since ping "$dies"

    host_on peer
    mark returns
    keepalived_peers peer "$version" "$family" 150 "$peer" "$us"
    until_true 10 chain_is us backup
    until_true 10 ping_works_since ping "$(advert_first "$peer" '>0' "$returns")"

    mark stops
    keepalived_stop peer
    until_true 10 heard "$us" '>0' "$stops"
    until_true 10 ping_works_since ping "$(advert_first "$us" '>0' "$stops")"
    mark end
    chain_stop us
}

leads() { # VERSION FAMILY
    local version=$1 family=$2 us peer
    lab_begin "$LAB" us peer client
    us=$(host_address us "$family") peer=$(host_address peer "$family")
    record_all us
    vr_conf "$LAB/us.vr" "$version" "$family" 200 "peer=$peer"
    chain_start us
    until_true 10 heard "$us" '>0'
    mark begins
    keepalived_peers peer "$version" "$family" 50 "$peer" "$us"
    sleep 4.5 # it would have taken over if it had not heard us
    mark ends
    chain_stop us
    until_true 10 heard "$peer" '>0' "$ends"
    mark comes
    chain_start us
    until_true 10 heard "$us" '>0' "$comes"
    until_true 10 silent "$peer" 1.5
    mark end
}

# us --- gateway --- peer, with keepalived at priority 150 there
routed() { # FAMILY
    local vip=203.0.113.100/32
    us=192.0.2.1 peer=198.51.100.3 vips=203.0.113.100
    [ "$1" = 4 ] || { us=2001:db8::1 peer=2001:db8:2::3 vips=fe80::100,2001:db8:9::100; }
    lab_begin "$LAB" us gateway
    ns_make peer
    ns gateway ip link add eth1 type veth peer name eth0 netns "$(<"$LAB/peer.ns")"
    ns gateway sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    ns gateway ip addr add 198.51.100.2/24 dev eth1
    ns gateway ip addr add 2001:db8:2::2/64 dev eth1 nodad
    ns gateway ip link set eth1 up
    ns peer ip link set lo up
    ns peer ip addr add 198.51.100.3/24 dev eth0
    ns peer ip addr add 2001:db8:2::3/64 dev eth0 nodad
    ns peer ip link set eth0 up
    ns us ip route add 198.51.100.0/24 via 192.0.2.2
    ns peer ip route add 192.0.2.0/24 via 198.51.100.2
    ns us ip route add 2001:db8:2::/64 via 2001:db8::2
    ns peer ip route add 2001:db8::/64 via 2001:db8:2::2
    record_all us
    mkdir -p "$LAB/keepalived-peer"
    keepalived_conf "$LAB/keepalived-peer/conf" peer 3 "$1" 150 1 "unicast_src_ip $peer" 'unicast_ttl 255' \
        'unicast_peer {' "    $us min_ttl 254" '}'
    sed -i "s|$VIP4/24|$vip|; s|$VIP6/64|2001:db8:9::100/128|" "$LAB/keepalived-peer/conf"
    keepalived_run peer
    until_true 15 heard "$peer" '>0'
}

over_a_router() { # FAMILY
    local us peer vips
    routed "$1"
    echo "vr if=eth0 vrid=51 ip=$vips src=$us peer=$peer ttl=254" >"$LAB/us.vr"
    chain_start us
    until_true 10 chain_is us backup
    sleep 4 # it would have taken over if it had not heard the peer
    cp "$LAB/us.out" "$LAB/us.backup"
    mark stops
    keepalived_stop peer
    mark stopped
    until_true 10 heard "$us" '>0' "$stops"
    sed -i 's/priority 150/priority 50/' "$LAB/keepalived-peer/conf"
    keepalived_run peer
    sleep 4.5 # it would have taken over if it had not heard us
    mark end
}

too_far() {
    local us peer vips
    routed 4
    echo "vr if=eth0 vrid=51 ip=$vips src=$us peer=$peer" >"$LAB/us.vr"
    chain_start us
    until_true 10 heard "$us" '>0'
    mark end
}

# The checksum of before 1.3.7, with the group's address in the pseudo-header though it is not sent there.
old_checksum() {
    lab_begin "$LAB" us peer
    record_all us
    keepalived_peers peer 3 4 150 192.0.2.2 192.0.2.1 old_unicast_checksum
    vr_conf "$LAB/us.vr" 3 4 100 "peer=192.0.2.2"
    chain_start us -p
    until_true 10 heard 192.0.2.2 '>0'
    until_true 10 chain_is us backup
    sleep 4
    mark end
}

# frame_of WORD...: the frame of an advert with these words.
frame_of() { "$BUILD/vrrp-advert" -n -c 1 if=none vrid=51 "ip=$VIP4/24" "$@" | sed -n 's/^# frame //p'; }

# set_ttl TTL FRAME: its IPv4 header with that TTL, and the checksum that it then has.
set_ttl() {
    local head=${2:28:40} sum=0 i
    head=${head:0:16}$(printf %02x "$1")${head:18:2}0000${head:24}
    for ((i = 0; i < 40; i += 4)); do
        sum=$((sum + 0x${head:i:4}))
    done
    sum=$(((sum & 0xffff) + (sum >> 16)))
    sum=$(((sum & 0xffff) + (sum >> 16)))
    echo "${2:0:28}${head:0:20}$(printf %04x $((sum ^ 0xffff)))${head:24}${2:68}"
}

liars() {
    local stranger far multicast peer=192.0.2.2
    lab_begin "$LAB" us liar
    record_all us
    vr_conf "$LAB/us.vr" 3 4 100 "peer=$peer,192.0.2.9"
    run_start us
    until_true 10 run_is us eth0-v4-51 active
    mark lies
    stranger=$(frame_of prio=254 src=192.0.2.66 peer=192.0.2.1)
    far=$(set_ttl 254 "$(frame_of prio=254 src=$peer peer=192.0.2.1)")
    multicast=$(frame_of prio=254 src=$peer)
    for frame in "$stranger" "$far" "$multicast"; do
        ns liar "$BUILD/sendframe" eth0 -n 20 -r 20 <<<"020000000001020000000002${frame:24}"
    done
    mark end
    ctl us status >"$LAB/told"
    run_is us eth0-v4-51 active
    # the same from next door, as the peer: it is what a peer looks like
    ns liar "$BUILD/sendframe" eth0 -n 1 <<<"020000000001020000000002$(frame_of prio=254 src=$peer peer=192.0.2.1 | cut -c 25-)"
    until_true 5 run_is us eth0-v4-51 backup
    run_stop us
}

# A peer that does not answer, one that nobody knows a way to, and one that is there: 10 adverts a second to it. Then that
# one goes, too.
down() {
    lab_begin "$LAB" us peer
    record_all peer
    vr_conf "$LAB/us.vr" 3 4 100 interval=100ms peer=192.0.2.77,203.0.113.1,192.0.2.2
    ns us "$BUILD/vrrp-listen" -q eth0 >"$LAB/none" 2>&1 & # (of its own: what it writes is not looked at)
    chain_start us
    until_true 10 heard 192.0.2.1 '>0'
    mark begins
    sleep 4
    mark goes
    ns peer ip link set eth0 down
    sleep 5
    mark end
    cp "$LAB/us.out" "$LAB/us.during"
    ns us ip route add unreachable 192.0.2.2
    ns us ip route add unreachable 192.0.2.77
    until_true 10 grep -q 'send .* err=EHOSTUNREACH$' "$LAB/us.out"
    kill %1
    chain_stop us
}

# IPsec AH, whose check covers all of the header but the TTL, and that it does here. No ICMP error answers a peer.
with_ah() {
    lab_begin "$LAB" us peer
    start us icmp tcpdump -Z root -i eth0 -p -n -l --immediate-mode 'icmp and src host 192.0.2.1'
    until_true 10 grep -q 'listening on' "$LAB/icmp"
    keys us 'key if=eth0 vrid=51 type=ah secret=s3cr3t'
    vr_conf "$LAB/us.vr" 2 4 100 peer=192.0.2.2 auth=ah
    keepalived_peers peer 2 4 150 192.0.2.2 192.0.2.1 'authentication {' 'auth_type AH' 'auth_pass s3cr3t' '}'
    keyed_start us
    until_true 10 grep -q ' advert .* src=192.0.2.2 .* auth=ah:ok ' "$LAB/us.out"
    sleep 2
    chain_is us backup
    keepalived_stop peer
    until_true 10 chain_is us active
    sed -i 's/priority 150/priority 50/' "$LAB/keepalived-peer/conf"
    : >"$LAB/keepalived-peer.log"
    keepalived_run peer
    sleep 4.5 # it would have taken over if it had not believed us
    mark end
}

# Some forty that do not answer, for each of which the kernel keeps what it can, and one that is there: 100 adverts a second.
crowd() {
    lab_begin "$LAB" us peer
    record_all peer
    # with no right to more room in its sockets than anybody has
    start us advert setpriv --bounding-set -all,+net_raw "$BUILD/vrrp-advert" -F if=eth0 vrid=51 "ip=$VIP4/24" \
        interval=10ms "peer=$( (seq -s , -f 192.0.2.%g 35 49 && seq -s , -f 192.0.2.%g 51 81) | paste -sd ,),192.0.2.2"
    until_true 10 heard 192.0.2.1 '>0'
    sleep 4
    mark end
}

# What sends hangs, and the peer takes over; then it goes on.
hangs() {
    lab_begin "$LAB" us peer
    record_all us
    vr_conf "$LAB/us.vr" 3 4 150 interval=100ms peer=192.0.2.2
    vr_conf "$LAB/peer.vr" 3 4 100 interval=100ms peer=192.0.2.1
    chain_start us
    chain_start peer
    until_true 10 chain_is us active
    until_true 10 chain_is peer backup
    sleep 1
    kill -STOP "$(<"$LAB/us.advert.pid")"
    until_true 10 chain_is peer active
    until_true 10 lacks_address us "$VIP4"
    sleep 1
    mark goes_on
    kill -CONT "$(<"$LAB/us.advert.pid")"
    until_true 10 test -s "$LAB/us.status"
    mark end
    chain_is peer active
}

# What is to leave to the peer is swallowed, so that it takes over, and is heard.
swallowed() {
    lab_begin "$LAB" us peer
    vr_conf "$LAB/us.vr" 3 4 150 interval=100ms peer=192.0.2.2
    vr_conf "$LAB/peer.vr" 3 4 100 interval=100ms peer=192.0.2.1
    chain_start us
    chain_start peer
    until_true 10 chain_is us active
    until_true 10 chain_is peer backup
    sleep 1
    ns us nft -f - <<END
    table netdev swallow {
        chain out {
            type filter hook egress device eth0 priority 0; policy accept;
            ip protocol 112 drop
        }
    }
END
    until_true 10 chain_is peer active
    until_true 10 chain_is us fault
    until_true 10 lacks_address us "$VIP4"
    ns us nft delete table netdev swallow
    until_true 20 chain_is us active
    until_true 10 chain_is peer backup
    mark end
}

# The peers change while it runs; nobody notices but they.
reload() {
    local own="ip=$VIP4/24 interval=100ms"
    lab_begin "$LAB" us one two
    record_all us
    echo "vr if=eth0 vrid=51 prio=150 $own peer=192.0.2.2" >"$LAB/us.vr"
    run_start us
    until_true 10 run_is us eth0-v4-51 active
    until_true 10 grep -q '192.0.2.1 > 192.0.2.2: ' "$LAB/recording"
    mark changes
    echo "vr if=eth0 vrid=51 prio=150 $own peer=192.0.2.3" >"$LAB/us.vr"
    kill -HUP "$(<"$LAB/us.pid")"
    until_true 10 grep -q '192.0.2.1 > 192.0.2.3: ' "$LAB/recording"
    mark changed
    echo "vr if=eth0 vrid=51 prio=150 $own" >"$LAB/us.vr"
    kill -HUP "$(<"$LAB/us.pid")"
    until_true 10 grep -q '192.0.2.1 > 224.0.0.18: ' "$LAB/recording"
    mark end
    ctl us status >"$LAB/told"
    run_stop us
}

# --- what came of them -----------------------------------------------------------------------------------------------

@test "keepalived is Active: it is followed, and succeeded when it dies and when it stops" {
    local family us peer
    for family in "${families[@]}"; do
        # shellcheck disable=SC2086
        set -- $family
        finished "follows-v$1-$2"
        us=$(host_address us "$2") peer=$(host_address peer "$2")
        ! heard "$us" '>0' 0 "$dies" || false
        ! heard "$us" '>0' "$(calc "$(advert_first "$peer" '>0' "$returns") + 1.5")" "$stops" || false
        holds "$(advert_first "$us" '>0' "$stops") - $(advert_last "$peer" '==0' "$stops") < 1.5"
        unicast_only
    done
}

@test "keepalived is backup: it follows, succeeds, and is preempted" {
    local family us peer
    for family in "${families[@]}"; do
        # shellcheck disable=SC2086
        set -- $family
        finished "leads-v$1-$2"
        us=$(host_address us "$2") peer=$(host_address peer "$2")
        ! heard "$peer" '>0' 0 "$ends" || false
        holds "$(advert_first "$peer" '>0' "$ends") - $(advert_last "$us" '==0' "$ends") < 1.5"
        ! heard "$peer" '>0' "$(calc "$(advert_first "$us" '>0' "$comes") + 0.5")" || false
        unicast_only
    done
}

@test "its log replays to the decisions that were taken" {
    finished follows-v3-6
    cd "$BATS_TEST_TMPDIR" || return 1
    decisions "$LAB/us.out" >live
    "$BUILD/vrrp-elect" -t <"$LAB/us.out" 2>err | decisions >replayed
    [ "$(grep -c ' state ' live)" -ge 4 ]
    diff live replayed
}

@test "over a router: with the TTL that it leaves, and not with less" {
    local family us peer
    for family in 4 6; do
        finished "over-a-router-$family"
        us=192.0.2.1 peer=198.51.100.3
        [ "$family" = 4 ] || { us=2001:db8::1 peer=2001:db8:2::3; }
        ! heard "$us" '>0' 0 "$stops" || false
        ! heard "$peer" '>0' "$stopped" "$end" || false
        ! grep -q 'notice\|why=stalled' "$LAB/us.backup" || false
    done
    finished too-far
    grep -q ' notice .* what=ttl src=198.51.100.3$' "$LAB/us.out"
}

@test "keepalived with the checksum of old is followed" {
    finished old-checksum
    grep -q ' advert .* src=192.0.2.2 .* cksum=legacy-unicast ' "$LAB/us.out"
    ! heard 192.0.2.1 '>0' || false
    [ "$(grep -c ' notice .* what=cksum-mixed src=192.0.2.2$' "$LAB/us.out")" = 1 ]
}

@test "with IPsec AH in both roles, and no ICMP error to whoever speaks" {
    finished with-ah
    ! grep -q 'Entering MASTER' "$LAB/keepalived-peer.log" || false
    ! grep 'unreachable' "$LAB/icmp" || false
}

@test "strangers, multicast and what comes from afar move nothing, and are counted" {
    finished liars
    ! grep -q 'to=backup' <(sed -n '/to=active/,$p' "$LAB/us.run") || false
    [ "$(last_of "$LAB/told" state)" = active ]
    holds "$(grep -o 'peer-errors=[0-9]*' "$LAB/told" | cut -d= -f2) >= 15"
    holds "$(grep -o ' name=.* ip-ttl-errors=[0-9]*' "$LAB/told" | sed 's/.*=//') >= 15"
    holds "$(grep -o 'discarded=[0-9]*' "$LAB/told" | cut -d= -f2) >= 45"
    holds "$(advert_count 192.0.2.1 '>0' "$lies" "$end") <= $end - $lies + 2" # and are not answered
}

@test "a peer that is down keeps the others waiting for nothing, and the last one takes nothing away" {
    finished down
    holds "$(advert_gap 192.0.2.1 "$begins" "$goes") < 0.25"
    grep -q '203.0.113.1: Network is unreachable: advertisements do not leave to this peer' "$LAB/us.advert.err"
    [ "$(grep -c 203.0.113.1 "$LAB/us.advert.err")" = 1 ]
    ! grep -q 'send .* err=' "$LAB/us.during" || false
    [ "$(sed -n 's/.* state .* to=\([a-z]*\).*/\1/p' "$LAB/us.during" | tail -n 1)" = active ]
    ! grep -q 'to=fault' "$LAB/us.out" || false
}

@test "many that are down take the room of none that is not" {
    finished crowd
    ! grep 'err=' "$LAB/advert" || false
    holds "$(advert_count 192.0.2.1) >= 300"
    holds "$(advert_gap 192.0.2.1 "$(calc "$end - 2")" "$end") < 0.2"
}

@test "what hangs gives the address up, and speaks no old words when it goes on" {
    finished hangs
    ! heard 192.0.2.1 '>0' "$goes_on" "$end" || false
}

@test "what is swallowed while the peer speaks is a fault" {
    finished swallowed
    grep -q ' state .* from=active to=fault why=stalled ' "$LAB/us.out"
}

@test "other peers, and none, without a flap" {
    finished reload
    grep -q 'master-transitions=1 ' "$LAB/told"
    holds "$(advert_gap 192.0.2.1 "$changes" "$end") < 0.5"
    ! awk -v from="$changed" '$1 > from + 1' "$LAB/recording" | grep -q '> 192.0.2.[23]: ' || false
    ! heard 192.0.2.1 '==0' 0 "$end" || false
}
