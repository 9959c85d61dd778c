#!/bin/sh
# How fast captures become lines: vrrp-listen beside tcpdump (the peer) and a bare libpcap loop (the limit), in turns.
# COUNT packets a file (default 1000000), ROUNDS turns (default 5). All write to /dev/null.
set -eu
bench=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$bench/../../build}
count=${COUNT:-1000000}
rounds=${ROUNDS:-5}
work=$(mktemp -d "${TMPDIR:-/tmp}/vrrp-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# The addresses and protocols that VRRP is heard on, as libpcap has it.
filter='dst host 224.0.0.18 or dst host ff02::12 or ip proto 112 or ip6 proto 112'

# take NAME COMMAND...: one more figure of NAME.
take() {
    name=$1
    shift
    "$BUILD/measure" "$@" >>"$work/$name" 2>"$work/stderr" || {
        cat "$work/stderr" >&2
        echo "decode.sh: $*: failed" >&2
        exit 1
    }
}

# quantiles COLUMN FILE: median, least and most packets a second, in millions, of a column of seconds.
quantiles() {
    cut -d ' ' -f "$1" "$2" | sort -rn | awk -v count="$count" '
        { rate[NR] = count / $1 / 1e6 }
        END { print NR % 2 ? rate[(NR + 1) / 2] : (rate[NR / 2] + rate[NR / 2 + 1]) / 2, rate[1], rate[NR] }'
}

# table NAME...: by the clock and by the CPU that was used (which other load disturbs less); ratios are to the first.
table() {
    printf '%-24s %25s %7s %8s %7s %9s\n' '' 'M packets/s' '' 'a CPU' '' 'peak'
    printf '%-24s %9s %7s %7s %7s %8s %7s %9s\n' '' median min max ratio median ratio memory
    base=
    for name; do
        clock=$(quantiles 1 "$work/$name")
        cpu=$(quantiles 2 "$work/$name")
        base=${base:-"${clock%% *} ${cpu%% *}"}
        memory=$(cut -d ' ' -f 3 "$work/$name" | sort -n | tail -n 1)
        echo "$clock $cpu $base $memory" | awk -v name="$name" '{
            printf "%-24s %9.3f %7.3f %7.3f %7.2f %8.3f %7.2f %6.1f MB\n", name, $1, $2, $3, $1 / $7, $4, $4 / $8, $9 / 1024
        }'
    done
}

"$BUILD/gen_pcap" "$count" 100 >"$work/adverts.pcap"
"$BUILD/gen_pcap" "$count" 1 >"$work/mixed.pcap"

# Of 255 virtual routers with a key each: signed, to be verified or not.
umask 077
awk 'BEGIN { for (i = 1; i < 256; i++) printf "key vrid=%d type=hmac id=1 hex=%064x\n", i, i }' >"$work/keys"
awk -v count="$count" 'BEGIN {
    for (i = 0; i < count; i++)
        printf "%d.%09d send if=eth0 vrid=%d prio=100 ip=192.0.2.%d src=192.0.2.254 auth=hmac\n",
            1700000000 + i / 25000, i % 25000 * 40000, i % 255 + 1, i % 250 + 1
}' | "$BUILD/vrrp-advert" -k "$work/keys" -w "$work/signed.pcap" >/dev/null 2>&1

round=0
while [ "$round" -lt "$rounds" ]; do
    take 'tcpdump -v' tcpdump -v -n -r "$work/adverts.pcap"
    take 'vrrp-listen' "$BUILD/vrrp-listen" -r "$work/adverts.pcap"
    take 'bare loop' "$BUILD/pcap_loop" "$work/adverts.pcap"
    take 'vrrp-listen, signed' "$BUILD/vrrp-listen" -r "$work/signed.pcap"
    take 'vrrp-listen -k, signed' "$BUILD/vrrp-listen" -r "$work/signed.pcap" -k "$work/keys"
    take 'tcpdump -v FILTER, 1 %' tcpdump -v -n -r "$work/mixed.pcap" "$filter"
    take 'vrrp-listen, 1 %' "$BUILD/vrrp-listen" -r "$work/mixed.pcap"
    take 'bare loop, 1 %' "$BUILD/pcap_loop" "$work/mixed.pcap"
    round=$((round + 1))
done

echo "$count adverts, $rounds rounds:"
table 'tcpdump -v' 'vrrp-listen' 'bare loop'
echo
echo "$count packets, 1 % of them adverts:"
table 'bare loop, 1 %' 'vrrp-listen, 1 %' 'tcpdump -v FILTER, 1 %'
echo
echo "$count adverts with a trailer of HMAC-SHA256, not verified and verified:"
table 'vrrp-listen, signed' 'vrrp-listen -k, signed'
