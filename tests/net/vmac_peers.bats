#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# vmac=yes beside keepalived's use_vmac and FRR, which use virtual MAC addresses, too, and beside ourselves. A client talks
# to a server on another segment; its way there, and the way back, is the virtual address of each segment. Who routes
# changes; the client's neighbour table does not, and one TCP connection goes on through all of it.

load lib.bash
load frr.bash
load vmac.bash

VRIDS=(51 61)
read -ra stories <<<"${STORIES:-ours-4 ours-6 keepalived-4 keepalived-6 frr-4}"

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    local story
    for story in "${stories[@]}"; do
        scenario "$story" roles "${story%-*}" "${story#*-}"
    done
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

# --- a lab with a server behind two routers -----------------------------------------------------------------------------

# second HOST...: they have eth1 on a second segment, br1, 198.51.100.N and 2001:db8:1::N there.
second() {
    local host n
    ns bridge ip link add br1 type bridge mcast_snooping 0 forward_delay 0
    ns bridge ip link set br1 up
    for host; do
        n=$(<"$LAB/$host.number")
        ns bridge ip link add "q$n" type veth peer name eth1 netns "$(<"$LAB/$host.ns")"
        ns bridge ip link set "q$n" master br1 up
        ns "$host" ip link set eth1 address "02:00:00:00:01:0$n" up
        ns "$host" ip addr add "198.51.100.$n/24" dev eth1
        ns "$host" ip addr add "2001:db8:1::$n/64" dev eth1 nodad
        ns "$host" ip addr add "fe80::$n/64" dev eth1 nodad
    done
}

# We live with strict reverse path filters; FRR leaves settings to the operator.
routers() { # KIND
    local host
    for host in us peer; do
        ns "$host" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
        [ "$host $1" = "peer frr" ] || ns "$host" sysctl -qw net.ipv4.conf.all.rp_filter=1
    done
}

# The virtual routers of both segments; VIPS: of the first and the second.
vips() { # FAMILY
    if [ "$1" = 4 ]; then VIPS=(192.0.2.100 198.51.100.100); else VIPS=(fe80::100 fe80::200); fi
}

ways() { # FAMILY
    vips "$1"
    ns server ip link set eth0 down
    if [ "$1" = 4 ]; then
        SERVER=198.51.100.4
        ns client ip route add 198.51.100.0/24 via "${VIPS[0]}"
        ns server ip route add 192.0.2.0/24 via "${VIPS[1]}"
    else
        SERVER=2001:db8:1::4
        ns client ip -6 route add 2001:db8:1::/64 via "${VIPS[0]}" dev eth0
        ns server ip -6 route add 2001:db8::/64 via "${VIPS[1]}" dev eth1
    fi
}

talk() {
    start server talk-server python3 "$BATS_TEST_DIRNAME/talk.py" serve "$SERVER" 5000
    until_true 10 ns server bash -c "exec 3<>/dev/tcp/$SERVER/5000"
    start client neighbours ip monitor neigh
    start client talk python3 -u "$BATS_TEST_DIRNAME/talk.py" ask "$SERVER" 5000
    TALK=$PID
    until_true 10 test -s "$LAB/talk"
}
talks_since() { # TIME: it goes on since then
    [ "$(awk -v from="$1" '$1 > from + 0 { n++ } END { print n + 0 }' "$LAB/talk")" -ge 20 ]
}

# --- routers ---------------------------------------------------------------------------------------------------------------

ours_vr() { # HOST FAMILY PRIORITY
    vips "$2"
    {
        echo "vr if=eth0 vrid=51 af=$2 prio=$3 interval=100ms ip=${VIPS[0]} vmac=yes"
        echo "vr if=eth1 vrid=61 af=$2 prio=$3 interval=100ms ip=${VIPS[1]} vmac=yes"
    } >"$LAB/$1.vr"
}
ours_start() {
    ours_vr "$@"
    INTERFACES="eth0 eth1" chain_start "$1"
}
ours_stop() { chain_stop "$1"; }
ours_kill() { chain_kill "$1"; }

keepalived_start_both() { # HOST FAMILY PRIORITY
    local dir="$LAB/keepalived-$1" n
    vips "$2"
    mkdir -p "$dir"
    rm -f "$dir"/*.pid
    echo "global_defs { router_id $1 }" >"$dir/conf"
    for n in 0 1; do
        cat >>"$dir/conf" <<EOF
vrrp_instance v$n {
    state BACKUP
    interface eth$n
    use_vmac vk$n
    virtual_router_id ${VRIDS[n]}
    version 3
    priority $3
    advert_int 0.1
    virtual_ipaddress { ${VIPS[n]} }
}
EOF
    done
    keepalived_run "$1"
}


frr_start_both() { # HOST FAMILY PRIORITY
    local dir="$LAB/frr-$1" n
    vips "$2"
    mkdir -p "$dir"
    frr_own "$dir"
    rm -f "$dir"/*.pid
    echo "hostname $1" >"$dir/zebra.conf"
    : >"$dir/vrrpd.conf"
    ns "$1" sysctl -qw net.ipv4.conf.{eth0,eth1}.arp_ignore=1 net.ipv4.conf.{eth0,eth1}.arp_announce=2
    for n in 0 1; do
        ns "$1" ip link del "f$n" 2>/dev/null || :
        ns "$1" ip link add "f$n" link "eth$n" type macvlan mode bridge
        ns "$1" ip link set "f$n" address "00:00:5e:00:01:$(printf %02x "${VRIDS[n]}")" addrgenmode random
        ns "$1" ip addr add "${VIPS[n]}/24" dev "f$n"
        ns "$1" ip link set "f$n" up
        {
            echo "interface eth$n"
            echo " vrrp ${VRIDS[n]} version 3"
            echo " vrrp ${VRIDS[n]} priority $3"
            echo " vrrp ${VRIDS[n]} advertisement-interval 100"
            echo " vrrp ${VRIDS[n]} ip ${VIPS[n]}"
        } >>"$dir/vrrpd.conf"
    done
    frr_daemon "$1" zebra
    frr_daemon "$1" vrrpd
}

peer_start() { # KIND FAMILY PRIORITY
    case $1 in
    ours) ours_start peer "$2" "$3" ;;
    *) "$1_start_both" peer "$2" "$3" ;;
    esac
}
peer_stop() { "$1_stop" peer; }
# Its machine goes too.
peer_kill() {
    "$1_kill" peer
    ns peer ip link set eth0 down
    ns peer ip link set eth1 down
}
peer_back() { # It comes back as after a boot.
    local link
    for link in $(ns peer ip -o link show type macvlan | cut -d: -f2 | cut -d@ -f1); do
        ns peer ip link del "$link"
    done
    ns peer sysctl -qw net.ipv4.conf.eth0.arp_ignore=0 net.ipv4.conf.eth1.arp_ignore=0
    for n in 0 1; do
        ns peer ip link set "eth$n" up
        ns peer ip addr replace "fe80::2/64" dev "eth$n" nodad
    done
    ns peer ip addr replace 2001:db8::2/64 dev eth0 nodad
    ns peer ip addr replace 2001:db8:1::2/64 dev eth1 nodad
}

# Both virtual routers of us.
us_active() { has_vmac us "$1" 51 && has_vmac us "$1" 61 eth1; }
us_away() { [ "$(vmacs us)" -eq 0 ]; }

roles() { # KIND FAMILY
    local kind=$1 family=$2
    lab_begin "$LAB" us peer client server
    second us peer server
    routers "$kind"
    ways "$family"
    settings us >"$LAB/settings-before"
    start us listened "$BUILD/vrrp-listen" any event=advert
    peer_start "$kind" "$family" 150
    talk
    ours_start us "$family" 100
    until_true 15 chain_is us backup
    sleep 0.5
    us_away

    mark dies
    peer_kill "$kind"
    until_true 15 us_active "$family"
    until_true 15 talks_since "$(now)"

    mark returns
    peer_back
    peer_start "$kind" "$family" 150
    until_true 15 us_away
    clean us
    until_true 15 talks_since "$(now)"

    mark stops
    peer_stop "$kind"
    until_true 15 us_active "$family"
    until_true 15 talks_since "$(now)"

    peer_start "$kind" "$family" 50
    sleep 1
    mark killed
    ours_kill us
    until_true 15 talks_since "$(calc "$(now) + 0.5")"
    us_active "$family" # nobody has taken it away

    mark comes
    ours_start us "$family" 200
    until_true 15 grep -q 'macvlans of an earlier run that was killed are removed' "$LAB/us.follow.err"
    until_true 15 us_active "$family"
    until_true 15 talks_since "$(now)"
    mark ends
    ours_stop us
    until_true 15 us_away
    clean us
    until_true 15 talks_since "$(now)"
    mark end
    running "$TALK"
}

# --- what is to be seen -----------------------------------------------------------------------------------------------------

each_story() { # CHECK
    local story
    for story in "${stories[@]}"; do
        finished "$story"
        vips "${story#*-}"
        "$1" "${story%-*}" "${story#*-}" || { echo "in $story" && return 1; }
    done
}

goes_on() {
    # what was sent came back, all of it and in order
    awk '!/^[0-9]/ { next } $2 != n++ { print "out of order: " $0; wrong = 1; exit } END { exit wrong || n < 100 }' "$LAB/talk"
}
@test "a TCP connection through the virtual addresses goes on in each failover and failback" {
    each_story goes_on
}

neighbour_stays() {
    local mac=00:00:5e:00:01:33 others
    [ "$2" = 4 ] || mac=00:00:5e:00:02:33
    grep -q "^${VIPS[0]} .*lladdr $mac " "$LAB/neighbours" || grep -q "^${VIPS[0]} .*lladdr $mac" "$LAB/neighbours" || return 1
    others=$(grep "^${VIPS[0]} " "$LAB/neighbours" | grep lladdr | grep -vc "lladdr $mac")
    [ "$others" -eq 0 ]
}
@test "the client's neighbour entry is the virtual MAC address, and never another" {
    each_story neighbour_stays
}

heard_both_ways() {
    local mac=00:00:5e:00:01:33 us=192.0.2.1
    [ "$2" = 4 ] || { mac=00:00:5e:00:02:33 && us=fe80::1; }
    # ours leave from the host's own address, with the virtual MAC address, once each; the peer's come in; and no line is
    # of a macvlan of ours
    [ "$(grep -c " if=eth0 .*dir=out" "$LAB/listened")" -le "$(grep -c ' send if=eth0 ' "$LAB/us.out")" ] &&
        grep -q " if=eth0 .*dir=out .* src=$us .*smac=$mac" "$LAB/listened" &&
        grep -q " if=eth0 .*dir=in .*smac=$mac" "$LAB/listened" &&
        [ "$(grep -cE ' if=vrrp[46]\.' "$LAB/listened")" -eq 0 ]
}
@test "vrrp-listen any hears both directions, and macvlans of ours are none of it" {
    each_story heard_both_ways
}
