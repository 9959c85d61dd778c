# shellcheck shell=bash disable=SC2034,SC2154 # LAB, ra are for the tests
# Macvlans with virtual router MAC addresses, on hosts of a lab. After lib.bash.

# vmac HOST 4|6 VRID [IF]: its name. vmacs HOST: how many of ours there are.
vmac() { echo "vrrp$2.$3.$(ns "$1" ip -o link show dev "${4:-eth0}" | cut -d: -f1)"; }
vmacs() { ns "$1" ip -o link show type macvlan | grep -cE ': vrrp[46]\.' || true; }
has_vmac() { ns "$1" ip -o link show dev "$(vmac "$@")" up | grep -q .; }
lacks_vmac() { ! has_vmac "$@" 2>/dev/null; }

# settings HOST: what may have been changed of the host, sorted. clean HOST: it is as it was.
settings() {
    ns "$1" ip -o link show | sed 's/^[0-9]*: \([^:@]*\).*/link \1/'
    ns "$1" ip -o addr show | awk '{ print "address", $2, $4 }'
    ns "$1" ip route show table all | sed 's/ *$//' | sort
    ns "$1" ip -6 route show table all | sed 's/ *$//' | grep -v '^multicast' | sort
    ns "$1" sh -c 'cd /proc/sys/net/ipv4/conf && grep -H . */arp_* */rp_filter */forwarding */accept_local' 2>/dev/null
    ns "$1" nft list tables
}
clean() {
    settings "$1" >"$LAB/settings-now"
    diff "$LAB/settings-before" "$LAB/settings-now" && [ "$(vmacs "$1")" -eq 0 ]
}

# knows HOST ADDRESS MAC: by its neighbour table.
knows() { ns "$1" ip neigh show "$2" dev eth0 | grep -q "lladdr $3"; }

# hear HOST: ARP and neighbour discovery as it sees it. heard PATTERN: such a line is among it; unheard: none is.
hear() {
    start "$1" heard tcpdump -Z root -i eth0 -n -e -vv -tt -l --immediate-mode 'arp or icmp6' 7>&-
    until_true 10 grep -q 'listening on' "$LAB/heard"
}
heard() { grep -qE -- "$1" "$LAB/heard"; }
unheard() { ! heard "$1"; }

# A router advertisement of fe80::2 for 2001:db8:5::/64 (on-link, autonomous), valid 3600 s.
# Ethernet and IPv6; ICMPv6 type 134, router lifetime 1800 s; the prefix information option
ra=33330000000102000000000286dd6000000000303afffe800000000000000000000000000002ff020000000000000000000000000001
ra+=8600ae6b400007080000000000000000
ra+=030440c000000e10000007080000000020010db8000500000000000000000000
