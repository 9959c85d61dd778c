# shellcheck shell=bash
# What the network benchmarks share: a segment for us and one for keepalived with the same story at the same time, so
# that both meet the same load. Figures are computed from the stamps of a recording in the bridge's namespace.

BUILD=$(realpath -m "${BUILD:-build}")
# shellcheck source=tests/net/lib.bash
. "${BASH_SOURCE[0]%/*}/../net/lib.bash"

[ -x "$BUILD/vrrp-elect" ] || {
    echo "$BUILD/vrrp-elect: not found; run make first" >&2
    exit 3
}
SCENARIOS=$(mktemp -d "${TMPDIR:-/tmp}/vrrp-bench.XXXXXX")
bench_end() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
    rm -rf "$SCENARIOS"
}
trap bench_end EXIT
trap 'exit 130' INT TERM

# router_start OURS|KEEPALIVED HOST PRIORITY INTERVAL-MS, router_kill KIND HOST
router_start() {
    case $1 in
    ours)
        vr_conf "$LAB/$2.vr" 3 4 "$3" "interval=${4}ms"
        chain_start "$2"
        ;;
    keepalived) keepalived_start "$2" 3 4 "$3" "$(calc "$4 / 1000")" ;;
    esac
}
router_kill() {
    case $1 in
    ours) chain_kill "$2" ;;
    keepalived) keepalived_kill "$2" ;;
    esac
}

# wait_scenarios: shows the log of one that failed.
wait_scenarios() {
    local lab failed=0
    wait
    for lab in "$SCENARIOS"/*; do
        [ "$(cat "$lab/status")" = 0 ] || { echo "${lab##*/} failed:" && tail "$lab/log" "$lab"/*.err && failed=1; } >&2
    done
    return "$failed"
}

# quantiles COLUMNS...: of numbers on stdin, one line: the values at these (0..1, or mean).
quantiles() {
    sort -g | awk -v wanted="$*" '
        { value[NR] = $1; sum += $1 }
        END {
            count = split(wanted, at, " ")
            for (i = 1; i <= count; i++) {
                n = at[i] == "mean" ? 0 : int(at[i] * (NR - 1) + 1.5)
                printf("%s%.3f", (i > 1 ? " " : ""), (n ? value[n > NR ? NR : n] : sum / NR))
            }
            print ""
        }'
}
