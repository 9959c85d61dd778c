# shellcheck shell=bash
# FRR as a peer: zebra and vrrpd in a host's namespace. Needs lib.bash. VRID 51 on eth0, as keepalived_conf has it.

# frr_daemon HOST NAME ARGUMENT...: in the foreground of a session of its own, with its files in $LAB/frr-HOST.
frr_daemon() {
    local host=$1 name=$2 dir="$LAB/frr-$1" sbin=/usr/lib/frr
    shift 2
    [ -x "$sbin/$name" ] || sbin=/usr/libexec/frr
    start "$host" "frr-$host.log" "$sbin/$name" -z "$dir/zserv" -i "$dir/$name.pid" --vty_socket "$dir" \
        -P 0 -f "$dir/$name.conf" --log stdout "$@"
    until_true 10 test -s "$dir/$name.pid"
}

# frr_start HOST VERSION 4|6 PRIORITY [LINE...]: with the interval of 1 s. LINE: of the interface, e.g.
# "no vrrp 51 checksum-with-ipv4-pseudoheader".
frr_start() {
    local host=$1 version=$2 family=$3 prio=$4 dir="$LAB/frr-$1" line vip=$VIP4/24
    shift 4
    [ "$family" = 4 ] || vip=$VIP6/64
    mkdir -p "$dir"
    frr_own "$dir"
    rm -f "$dir"/*.pid
    frr_device "$host" "$family" "$vip"
    echo "hostname $host" >"$dir/zebra.conf"
    {
        echo "interface eth0"
        echo " vrrp 51 version $version"
        echo " vrrp 51 priority $prio"
        echo " vrrp 51 advertisement-interval 1000"
        for line; do
            echo " $line"
        done
        if [ "$family" = 4 ]; then echo " vrrp 51 ip $VIP4"; else echo " vrrp 51 ipv6 $VIP6"; fi
    } >"$dir/vrrpd.conf"
    frr_daemon "$host" zebra
    frr_daemon "$host" vrrpd
}

# It becomes a user of its own, who has to get there, too: the folders of a test are root's alone.
frr_own() { # DIR
    local above=$1
    chown frr: "$1"
    while above=${above%/*} && [ -n "$above" ] && [ "$above" != /tmp ]; do
        chmod a+x "$above"
    done
}

# FRR takes the virtual router's addresses from a macvlan with the virtual MAC, which is the administrator's to make.
frr_device() { # HOST FAMILY VIP
    local name=vrrp$2-51 mac=00:00:5e:00:01:33
    [ "$2" = 4 ] || mac=00:00:5e:00:02:33
    ns "$1" ip link del "$name" 2>/dev/null || :
    ns "$1" ip link add "$name" link eth0 type macvlan mode bridge
    ns "$1" ip link set "$name" address "$mac" addrgenmode random
    ns "$1" ip addr add "$3" dev "$name" nodad
    ns "$1" ip link set "$name" up
}

frr_stop() { frr_end "$1" TERM; } # HOST: a clean end
frr_kill() { frr_end "$1" KILL; } # HOST: it dies without a word
frr_end() {
    local pid
    pid=$(<"$LAB/frr-$1/vrrpd.pid")
    kill -"$2" "$pid"
    until_true 10 stopped "$pid"
    kill -"$2" "$(<"$LAB/frr-$1/zebra.pid")"
}
