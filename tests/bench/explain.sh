#!/bin/sh
# How fast adverts of a capture are explained, and whether memory follows the length: vrrp-explain behind vrrp-listen, with
# COUNT adverts (default 1000000) and ten times as many, in ROUNDS turns (default 3).
set -eu
bench=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$bench/../../build}
count=${COUNT:-1000000}
rounds=${ROUNDS:-3}
work=$(mktemp -d "${TMPDIR:-/tmp}/vrrp-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# row NAME ADVERTS: the middle one of the figures in $work/NAME, each "seconds CPU-seconds kB".
row() {
    sort -n "$work/$1" | awk -v name="$1" -v count="$2" '
        { clock[NR] = $1; cpu[NR] = $2; memory = $3 > memory ? $3 : memory }
        END {
            m = int((NR + 1) / 2)
            printf "%-24s %9d %9.3f %9.3f %6.1f MB\n", name, count, count / clock[m] / 1e6, count / cpu[m] / 1e6, memory / 1024
        }'
}

# turn NAME ADVERTS
turn() {
    "$BUILD/vrrp-listen" -r "$work/adverts.pcap" | "$BUILD/measure" "$BUILD/vrrp-explain" -q --svg /dev/null >>"$work/$1"
}

printf '%-24s %9s %9s %9s %9s\n' '' adverts 'M/s clock' 'M/s CPU' memory
for factor in 1 10; do
    "$BUILD/gen_pcap" $((count * factor)) 100 >"$work/adverts.pcap"
    name="behind vrrp-listen, x$factor"
    round=0
    while [ "$round" -lt "$rounds" ]; do
        turn "$name"
        round=$((round + 1))
    done
    row "$name" $((count * factor))
done
