# shellcheck shell=bash disable=SC2034,SC2154 # mark makes variables; some are for the tests
# One fault, inflicted on an Active beside a backup, ours or keepalived, and what it costs: how long the client got no
# answer from the virtual address, and how long two machines had it in their address lists. Needs tests/net/lib.bash.

interval_ms=${interval_ms:-200}
interval=${interval_ms}ms
# What vrrp-elect computes: 4 intervals, rounded up to seconds; vip-follow adds its renewal period of 1 s.
lease_ms=$(((4 * interval_ms + 999) / 1000 * 1000))
bound_ms=$((lease_ms + 1000 + 1000)) # and the kernel looks once a second
watched=$((5 + lease_ms / 1000)) # seconds from the fault

# Each address that comes and goes on a host's eth0, with its time.
watch_addresses() { # HOST
    start "$1" "$1.addresses" ip -o -tshort -4 monitor address dev eth0
}

chaos_lab() { # KIND
    local host prio
    lab_begin "$LAB" r1 r2 client stubborn
    record
    for host in r1 r2; do
        watch_addresses "$host"
    done
    for host in r2 r1; do
        prio=100
        [ "$host" = r2 ] || prio=150
        case $1 in
        ours) vr_conf "$LAB/$host.vr" 3 4 "$prio" "interval=$interval" && chain_start "$host" ;;
        fenced) vr_conf "$LAB/$host.vr" 3 4 "$prio" "interval=$interval" fence=yes && chain_start "$host" ;;
        keepalived) keepalived_start "$host" 3 4 "$prio" "$(calc "$interval_ms / 1000")" ;;
        esac
    done
    until_true 20 has_address r1 "$VIP4"
    until_true 20 lacks_address r2 "$VIP4"
    start client ping ping -n -D -O -i 0.01 "$VIP4"
    until_true 10 ping_works_since ping 0
    # this one asks r1, whoever announces the address
    ns stubborn ip neigh replace "$VIP4" lladdr 02:00:00:00:00:01 dev eth0 nud permanent
    start stubborn pong ping -n -D -O -i 0.002 "$VIP4"
    until_true 10 ping_works_since pong 0
    sleep 1.5
}

victims() { # KIND STAGE
    case $1-$2 in
    ours-all | fenced-all) chain_pids r1 ;;
    ours-* | fenced-*) cat "$LAB/r1.$2.pid" ;;
    keepalived-child) cat "$LAB/keepalived-r1/vrrp.pid" ;;
    keepalived-all) cat "$LAB/keepalived-r1/vrrp.pid" "$LAB/keepalived-r1/parent.pid" ;;
    esac
}

swallow() { # a send on the host's eth0 fails with ENOBUFS
    ns "$1" nft -f - <<END
table netdev chaos {
    chain out {
        type filter hook egress device eth0 priority 0; policy accept;
        ip protocol 112 drop
    }
}
END
}

inflict() { # KIND STAGE FAULT
    local pids
    mapfile -t pids < <(victims "$1" "$2")
    case $3 in
    KILL | SEGV)
        # the parent first, stopped, or it would start another or say goodbye
        [ "$1-$2" != keepalived-all ] || kill -STOP "${pids[1]}"
        [ "$1" = keepalived ] || [ "$2" != all ] || kill -STOP "${pids[@]}" # so that none lives to see another die
        kill "-$3" "${pids[@]}"
        ;;
    STOP*)
        kill -STOP "${pids[@]}"
        sleep "$(calc "${3#STOP} * $interval_ms / 1000")"
        kill -CONT "${pids[@]}"
        ;;
    ENOBUFS) swallow r1 ;;
    TERM) kill -TERM "${pids[@]}" ;;
    LINK) ns r1 ip link set eth0 down ;;
    esac
}

# chaos KIND STAGE FAULT: writes $LAB/none, $LAB/two and $LAB/both, in ms. KIND: ours, fenced (ours, with fence=yes),
# keepalived.
chaos() {
    chaos_lab "$1"
    mark fault
    inflict "$@"
    sleep "$watched"
    mark end
    without_answer >"$LAB/none"
    with_two >"$LAB/two"
    with_both >"$LAB/both"
}

# The longest time without an answer, beyond the 10 ms between two questions.
without_answer() {
    awk -v from="$fault" -v to="$end" '
        /bytes from/ { t = substr($1, 2, length($1) - 2) + 0
            if (t < from) { last = t; next }
            if (t > to) next
            if (last && t - last > worst) worst = t - last
            last = t }
        END { if (to - last > worst) worst = to - last
            printf "%d\n", (worst > 0.01) ? (worst - 0.01) * 1000 : 0 }' "$LAB/ping"
}

# HOST: times at which it got (1) and lost (0) the address, after the fault; first what it had.
address_times() {
    local line t
    echo "$fault $([ "$1" = r1 ] && echo 1 || echo 0)"
    while IFS= read -r line; do
        case $line in *" $VIP4/"*) ;; *) continue ;; esac
        t=$(date -d "$(sed -E 's/^\[([^]]*)\].*/\1/' <<<"$line")" +%s.%N)
        case $line in *Deleted*) echo "$t 0" ;; *) echo "$t 1" ;; esac
    done <"$LAB/$1.addresses" | awk -v from="$fault" '$1 > from + 0'
}
with_two() {
    {
        address_times r1 | sed 's/^/1 /'
        address_times r2 | sed 's/^/2 /'
    } | sort -k 2 -n | awk -v end="$end" '
        { if (has[1] && has[2]) both += $2 - last; has[$1] = $3; last = $2 }
        END { if (has[1] && has[2]) both += end - last; printf "%d\n", both * 1000 }'
}

# For how long r1 still answered for the address, to those who ask it, after r2 had become Active and before r1 was so
# again.
with_both() {
    local taken again
    taken=$(advert_first 192.0.2.2 '>0' "$fault" "$end")
    [ -n "$taken" ] || { echo 0 && return; }
    again=$(advert_first 192.0.2.1 '>0' "$taken" "$end")
    awk -v from="$taken" -v to="${again:-$end}" '
        /bytes from/ { t = substr($1, 2, length($1) - 2) + 0
            if (t > from && t < to) last = t }
        END { printf "%d\n", last ? (last - from) * 1000 + 0.5 : 0 }' "$LAB/pong"
}
