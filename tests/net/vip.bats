#!/usr/bin/env bats
# vip-up and vip-down: what they set, ask for, announce, and leave alone. Hosts a and b on one segment.

load lib.bash

setup() {
    lab_begin "$BATS_TEST_TMPDIR/lab" a b
}

teardown() {
    lab_end "$BATS_TEST_TMPDIR/lab"
}

up() { ns a "$BUILD/vip-up" "$@"; }
down() { ns a "$BUILD/vip-down" "$@"; }
# addresses FAMILY: ADDRESS/LENGTH VALID_LFT of eth0 of a, sorted.
addresses() {
    ns a ip -o "-$1" addr show dev eth0 |
        sed -E 's/.* inet6? ([^ ]*) .*valid_lft ([^ ]*) .*/\1 \2/' | sort
}
has_line() { addresses "$1" | grep -qE "^$2\$"; }
lacks_line() { ! has_line "$@"; }

# fails STATUS MESSAGE COMMAND...
fails() {
    local status=0 expected=$1 message=$2
    shift 2
    "$@" 2>"$LAB/err" || status=$?
    cat "$LAB/err"
    [ "$status" -eq "$expected" ] && grep -qF -- "$message" "$LAB/err"
}

# hear: ARP and neighbour discovery as b sees it. heard_count PATTERN: how many of the lines match.
hear() {
    start b heard tcpdump -Z root -i eth0 -n -e -vv -tt -l --immediate-mode 'arp or icmp6'
    until_true 10 grep -q 'listening on' "$LAB/heard"
}
heard_count() { grep -cE -- "$1" "$LAB/heard" || true; }
heard_times() { [ "$(heard_count "$1")" -eq "$2" ]; }

# A router advertisement of fe80::2 for 2001:db8:5::/64 (on-link, autonomous), valid 3600 s.
# Ethernet and IPv6; ICMPv6 type 134, router lifetime 1800 s; the prefix information option
ra=33330000000102000000000286dd6000000000303afffe800000000000000000000000000002ff020000000000000000000000000001
ra+=8600ae6b400007080000000000000000
ra+=030440c000000e10000007080000000020010db8000500000000000000000000
slaac=2001:db8:5::ff:fe00:1
slaac_begin() {
    ns a sysctl -qw net.ipv6.conf.eth0.addr_gen_mode=0 net.ipv6.conf.eth0.accept_ra=1 net.ipv6.conf.eth0.forwarding=0
    echo "$ra" | ns b "$BUILD/sendframe" eth0
    until_true 10 has_address a "$slaac"
    slaac_route
}
# Its connected route is there, with the lifetime that the router gave it.
slaac_route() { ns a ip -6 route show | grep -qE '^2001:db8:5::/64 dev eth0 proto kernel .*expires 3[0-9]{3}sec'; }

@test "up and down, IPv4 and IPv6, as often as one likes" {
    addresses 4 >"$LAB/before4"
    addresses 6 >"$LAB/before6"
    for _ in 1 2; do
        up eth0 192.0.2.100 192.0.2.101/24 2001:db8::100 fe80::100/64
        has_line 4 '192.0.2.100/32 forever'
        has_line 4 '192.0.2.101/24 forever'
        has_line 6 '2001:db8::100/128 forever'
        has_line 6 'fe80::100/64 forever'
    done
    [ "$(addresses 4 | wc -l)" -eq 3 ]
    # usable at once, and not taken as the source of what the host itself sends
    ns a ip -o addr show dev eth0 | grep -F '2001:db8::100/128' | grep -q 'nodad deprecated noprefixroute'
    ns b ping -c 1 -W 2 192.0.2.100
    ns b ping -c 1 -W 2 2001:db8::100
    for _ in 1 2; do
        run down eth0 192.0.2.100 192.0.2.101 2001:db8::100/128 fe80::100
        [ "$status" -eq 0 ] && [ -z "$output" ]
    done
    addresses 4 | cmp - "$LAB/before4"
    addresses 6 | cmp - "$LAB/before6"
}

@test "a lease: the kernel removes the address, a renewal keeps it" {
    up -g 0 -l 2s eth0 192.0.2.100 2001:db8::100
    has_line 4 '192.0.2.100/32 [12]sec'
    has_line 6 '2001:db8::100/128 [12]sec'
    up -g 0 -l 60s eth0 192.0.2.100
    until_true 6 lacks_line 6 '2001:db8::100/128 .*'
    has_line 4 '192.0.2.100/32 [0-9]+sec'
    up -g 0 eth0 192.0.2.100
    has_line 4 '192.0.2.100/32 forever' # without -l it stays
    up -g 0 -l 1s eth0 192.0.2.100
    until_true 5 lacks_line 4 '192.0.2.100/32 .*'
}

@test "an address that somebody has is refused, with the MAC of who answered" {
    up eth0 192.0.2.100 2001:db8::100
    other() { ns b "$BUILD/vip-up" "$@"; }
    fails 1 'eth0: 192.0.2.100 is taken: 02:00:00:00:00:01 answered' other eth0 192.0.2.200 192.0.2.100 2001:db8::100
    fails 1 'eth0: 2001:db8::100 is taken: 02:00:00:00:00:01 answered' other eth0 192.0.2.200 192.0.2.100 2001:db8::100
    lacks_address b 192.0.2.200 # all or nothing
    lacks_address b 192.0.2.100
    other -F eth0 192.0.2.200 192.0.2.100
    has_address b 192.0.2.200
    has_address b 192.0.2.100
}

@test "what is ours already is not asked for, nor is anything with -F" {
    hear
    up -g 0 eth0 192.0.2.100
    probes='192.0.2.100.* tell 0.0.0.0'
    asked=$(heard_count "$probes")
    [ "$asked" -ge 1 ]
    up -g 0 -l 60s eth0 192.0.2.100
    up -g 0 -F eth0 192.0.2.101
    up -g 1 eth0 192.0.2.101 # what is heard of this one tells that all before it was
    until_true 5 heard_times 'Announcement 192.0.2.101|who-has 192.0.2.101 .*tell 192.0.2.101' 1
    heard_times "$probes" "$asked"
    heard_times '192.0.2.101.* tell 0.0.0.0' 0
}

@test "each address is announced as often as asked for, with the interface's MAC" {
    hear
    up eth0 192.0.2.100 2001:db8::100
    garp='02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, .*(Announcement 192.0.2.100|192.0.2.100 .*tell 192.0.2.100)'
    until_true 5 heard_times "$garp" 5
    na='02:00:00:00:00:01 > 33:33:00:00:00:01, .* 2001:db8::100 > ff02::1: .*tgt is 2001:db8::100, Flags \[.*override'
    until_true 5 heard_times "$na|tgt is 2001:db8::100, Flags \[router, override\]" 5
    up -g 2 eth0 192.0.2.100
    until_true 5 heard_times "$garp" 7
    up -g 0 eth0 192.0.2.100
    up -g 1 eth0 192.0.2.100
    until_true 5 heard_times "$garp" 8
}

@test "an address of somebody else's is not leased, changed or removed" {
    ns a ip addr add 192.0.2.100/24 dev eth0
    ns a ip addr add 2001:db8::100/64 dev eth0 nodad
    addresses 4 >"$LAB/before4"
    addresses 6 >"$LAB/before6"
    hear
    fails 0 'eth0: 192.0.2.100 is there already and not ours' up -g 1 -l 1s eth0 192.0.2.100 2001:db8::100
    until_true 5 heard_times 'tell 192.0.2.100|Announcement 192.0.2.100' 1 # announced all the same
    sleep 2.5
    fails 1 'eth0: 192.0.2.100 was not put there by vip-up' down eth0 192.0.2.100 2001:db8::100 192.0.2.99
    fails 1 'eth0: 192.0.2.1 was not put there by vip-up' down eth0 192.0.2.1/24
    addresses 4 | cmp - "$LAB/before4"
    addresses 6 | cmp - "$LAB/before6"
}

@test "ours goes, and its foreign twin with another length stays" {
    up -F eth0 192.0.2.100
    ns a ip addr add 192.0.2.100/24 dev eth0
    fails 1 'was not put there by vip-up' down eth0 192.0.2.100
    has_line 4 '192.0.2.100/24 forever'
    lacks_line 4 '192.0.2.100/32 .*'
}

@test "a host's address in the subnet stays when the virtual one goes, whichever came first" {
    # The virtual one becomes the first of its subnet, and the kernel would remove all with it.
    ns a sysctl -qw net.ipv4.conf.all.promote_secondaries=0 net.ipv4.conf.eth0.promote_secondaries=0
    ns a ip addr del 192.0.2.1/24 dev eth0
    up -F eth0 192.0.2.100/24
    ns a ip addr add 192.0.2.1/24 dev eth0
    ns a ip -o -4 addr show dev eth0 | grep '192.0.2.1/24' | grep -q secondary
    down eth0 192.0.2.100
    has_line 4 '192.0.2.1/24 forever'
    ns a ip route show | grep -q '^192.0.2.0/24 dev eth0'
    # and when its lease ends
    ns a ip addr del 192.0.2.1/24 dev eth0
    up -F -l 1s eth0 192.0.2.100/24
    ns a ip addr add 192.0.2.1/24 dev eth0
    until_true 5 lacks_line 4 '192.0.2.100/24 .*'
    has_line 4 '192.0.2.1/24 forever'
    ns a ip route show | grep -q '^192.0.2.0/24 dev eth0'
    ns a ping -c 1 -W 2 192.0.2.2
}

@test "where promote_secondaries cannot be set, an address that would take others along stays, but for -F" {
    ns a sysctl -qw net.ipv4.conf.all.promote_secondaries=0 net.ipv4.conf.eth0.promote_secondaries=0
    ns a ip addr del 192.0.2.1/24 dev eth0
    up -F -g 0 eth0 192.0.2.100/24
    ns a sysctl -qw net.ipv4.conf.eth0.promote_secondaries=0
    ns a ip addr add 192.0.2.1/24 dev eth0
    up -F -g 0 eth0 192.0.2.101 192.0.2.102/24
    ns a sysctl -qw net.ipv4.conf.eth0.promote_secondaries=0
    # the third thing that is sent is the question for the setting, after addresses and permission
    refused=(ns a strace -D -qq -o /dev/null -e trace=sendto -e inject=sendto:error=EPERM:when=3)
    fails 1 'eth0: 192.0.2.100/24 stays: the kernel would remove 192.0.2.1/24 with it (-F removes it all the same)' \
        "${refused[@]}" "$BUILD/vip-down" eth0 192.0.2.100 192.0.2.101 192.0.2.102
    has_line 4 '192.0.2.100/24 forever'
    has_line 4 '192.0.2.1/24 forever'
    lacks_line 4 '192.0.2.101/32 .*'
    lacks_line 4 '192.0.2.102/24 .*'
    fails 1 'eth0: 192.0.2.100/24 stays' "${refused[@]}" "$BUILD/vip-up" -g 0 eth0 192.0.2.100/32
    has_line 4 '192.0.2.100/24 forever'
    lacks_line 4 '192.0.2.100/32 .*'
    "${refused[@]}" "$BUILD/vip-down" -F eth0 192.0.2.100
    lacks_line 4 '192.0.2.*'
}

@test "an IPv6 address from SLAAC keeps its route and lifetime when a lease in its prefix ends" {
    slaac_begin
    up -F -l 1s eth0 2001:db8:5::100 2001:db8:5::101/64
    slaac_route
    until_true 5 lacks_line 6 '2001:db8:5::101/64 .*'
    slaac_route
    up -F eth0 2001:db8:5::102/64
    slaac_route
    down eth0 2001:db8:5::102
    lacks_line 6 '2001:db8:5::100/128 .*'
    has_line 6 "$slaac/64 3[0-9]+sec"
    slaac_route
}

@test "a thousand addresses, up and down" {
    mapfile -t many < <(for n in {0..999}; do echo "10.1.$((n / 250)).$((n % 250 + 1))"; done)
    up -F -g 1 eth0 "${many[@]}"
    [ "$(addresses 4 | grep -c '^10\.1\.')" -eq 1000 ]
    up -F -g 0 -l 600s eth0 "${many[@]}"
    [ "$(addresses 4 | grep -cE '^10\.1\..* [0-9]+sec')" -eq 1000 ]
    run down -n eth0 "${many[@]}"
    [ "${#lines[@]}" -eq 1000 ]
    down eth0 "${many[@]}"
    [ "$(addresses 4 | grep -c '^10\.1\.')" -eq 0 ]
}

@test "an interface that is down cannot be asked: exit 3, and -F" {
    ns a ip link set eth0 down
    fails 3 'eth0: cannot ask whether the addresses are taken: Network is down; -F takes them unasked' up eth0 192.0.2.100
    up -F -g 0 eth0 192.0.2.100
    has_line 4 '192.0.2.100/32 forever'
}

@test "what the kernel refuses is told in its words, exit 1; the others are set" {
    hear
    ns a sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
    fails 1 'eth0: cannot add 2001:db8::100/128: IPv6 is disabled on eth0' up -F eth0 2001:db8::100 192.0.2.100
    has_line 4 '192.0.2.100/32 forever'
    until_true 5 heard_times 'tell 192.0.2.100|Announcement 192.0.2.100' 5
    ns a ip addr add 198.51.100.1/24 dev eth0 scope link
    fails 1 'eth0: cannot add 198.51.100.100/24: ' up -F eth0 198.51.100.100/24
    grep -qi 'scope' "$LAB/err"
}

@test "another length replaces ours; none keeps it" {
    up -F -g 0 eth0 192.0.2.100/24 2001:db8::100/64
    up -F -g 0 eth0 192.0.2.100 2001:db8::100
    has_line 4 '192.0.2.100/24 forever'
    up -F -g 0 eth0 192.0.2.100/32 2001:db8::100/128
    lacks_line 4 '192.0.2.100/24 .*'
    has_line 4 '192.0.2.100/32 forever'
    has_line 6 '2001:db8::100/128 forever'
}
