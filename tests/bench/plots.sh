#!/bin/bash
# What an interval, the loss of a link and the number of routers do to a virtual router, simulated: figures and pictures for
# HACKING.md. The figures go to standard output, the pictures into the directory that is the first argument:
#
#     tests/bench/plots.sh tests/bench/plots
#
# Each point is many virtual routers for a while: the longer the interval, the longer.
set -eu
cd "$(dirname "$0")/../.."
export PATH=${BUILD:-$PWD/build}:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=${1:-$work}
mkdir -p "$out"

# scenario SEGMENTS ROUTERS INTERVAL_MS SECONDS LOSS [CRASHES]: on each segment one virtual router of so many, priorities 200 and
# down; with CRASHES the best of each ends that often, at another moment of the interval each time, and returns.
scenario() {
    awk -v segments="$1" -v routers="$2" -v ms="$3" -v seconds="$4" -v loss="$5" -v crashes="${6:-0}" 'BEGIN {
        for (s = 1; s <= segments; s++) {
            print "segment seg=s" s, "loss=" loss
            for (r = 1; r <= routers; r++)
                print "vr host=s" s "r" r, "seg=s" s, "vrid=51 ip=192.0.2.1 interval=" ms "ms", "prio=" 201 - r
        }
        for (c = 1; c <= crashes; c++) {
            at = seconds * c / (crashes + 1)
            for (s = 1; s <= segments; s++)
                printf "%.6f crash host=s%dr1\n", at + ms / 1000 * s / segments, s
            for (s = 1; s <= segments; s++)
                printf "%.6f start host=s%dr1\n", at + seconds / (crashes + 1) / 2 + ms / 1000 * s / segments, s
        }
        print seconds + 1, "end"
    }'
}

measured() { # KEYS: of the scenario on standard input
    vrrp-sim | vrrp-pick -k "$1" measured | tr -d s
}

# The loss that a network has, against what it costs: takeovers from an Active that lives, and the share of time with two.
for ms in 10 100 1000; do
    for loss in 0.05 0.07 0.1 0.14 0.2 0.28 0.4 0.5; do
        seconds=$((ms * 12))
        read -r transitions dual < <(scenario 50 2 "$ms" "$seconds" "$loss" | measured transitions,dual)
        awk -v ms="$ms" -v loss="$loss" -v t="$transitions" -v d="$dual" -v total="$((50 * seconds))" \
            'BEGIN { printf "%s %s %.3f %.6f\n", ms, loss, (t - 50) * 86400 / total, d / total }'
    done
    echo
    echo
done >"$work/loss"

# The interval, against the time without an Active when it crashes.
for ms in 10 20 50 100 200 500 1000 2000 5000; do
    read -r mean longest < <(scenario 50 2 "$ms" $((ms / 2 + 20)) 0 2 | measured takeover-mean,takeover-longest)
    echo "$ms $mean $longest"
done >"$work/interval"

# The number of routers of a virtual router on a link that loses a fifth: takeovers that nobody needed.
for routers in 2 3 4 6 8; do
    read -r transitions dual < <(scenario 50 "$routers" 100 1200 0.2 | measured transitions,dual)
    awk -v r="$routers" -v t="$transitions" -v d="$dual" \
        'BEGIN { printf "%s %.3f %.6f\n", r, (t - 50) * 86400 / 60000, d / 60000 }'
done >"$work/routers"

# The load of one virtual router, on a good link and on one that loses a fifth, where two answer each other now and then.
for ms in 10 20 50 100 200 500 1000 2000 5000; do
    for loss in 0 0.2; do
        read -r adverts time < <(scenario 1 2 "$ms" $((ms + 1000)) "$loss" | measured adverts,for)
        awk -v a="$adverts" -v t="$time" 'BEGIN { printf " %.3f", a / t }'
    done | sed "s/^/$ms/"
    echo
done >"$work/load"

cat "$work"/* >"$work/all"
gnuplot <<END
set terminal svg size 640,400 background '#ffffff' font 'sans-serif,12' noenhanced
set grid
set key left top
set style data linespoints

set output '$out/loss.svg'
set title 'Takeovers from an Active that lives'
set xlabel 'loss of the link'
set ylabel 'a day'
set logscale xy
set format '%g'
set xrange [0.01:0.6]
set yrange [0.01:1e7]
plot '$work/loss' index 0 using 2:3 title '10 ms', '' index 1 using 2:3 title '100 ms', '' index 2 using 2:3 title '1 s', \
    8.64e6 * x**3 * (1 - x) with lines dt 3 lc 'grey' title 'theory', 8.64e5 * x**3 * (1 - x) with lines dt 3 lc 'grey' notitle, \
    8.64e4 * x**3 * (1 - x) with lines dt 3 lc 'grey' notitle

set output '$out/dual.svg'
set title 'Time with two Actives'
set ylabel 'share of all time'
set yrange [1e-6:1]
plot '$work/loss' index 0 using 2:4 title '10 ms', '' index 1 using 2:4 title '100 ms', '' index 2 using 2:4 title '1 s'

set output '$out/interval.svg'
set title 'The Active crashes: time until the next one'
set xlabel 'interval, ms'
set ylabel 's'
set xrange [5:10000]
set yrange [*:*]
plot '$work/interval' using 1:2 title 'mean', '' using 1:3 title 'longest', 3.22e-3 * x with lines dt 3 lc 'grey' \
    title '3 intervals and Skew_Time of priority 199'

set output '$out/routers.svg'
set title '100 ms, a fifth is lost: takeovers that nobody needed'
set xlabel 'routers'
set ylabel 'a day'
unset logscale
set xrange [1:9]
set yrange [0:*]
plot '$work/routers' using 1:2 notitle

set output '$out/load.svg'
set title 'What one virtual router sends'
set xlabel 'interval, ms'
set ylabel 'adverts a second'
set logscale xy
set xrange [5:10000]
set yrange [*:*]
set key right top
plot '$work/load' using 1:2 title 'no loss', '' using 1:3 title 'a fifth is lost'
END
for table in loss interval routers load; do
    echo "# $table"
    grep . "$work/$table"
done
