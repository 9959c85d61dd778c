# shellcheck shell=bash disable=SC2154 # mark makes variables
# Two routers, r1 and r2, with many virtual routers: up to 250 on each of the cables e0, e1 ... between them, all of
# which r1 prefers. Who holds an address is asked of the kernel, and the adverts that leave a host are counted by it, so
# that the same questions can be put to any router. Needs tests/net/lib.bash.

per_cable=250

# scale_lab COUNT: the hosts and the cables that so many virtual routers need. Sets INTERFACES.
scale_lab() {
    local i n host
    LAB=${LAB:?}
    mkdir -p "$LAB"
    : >"$LAB/pids"
    : >"$LAB/marks"
    ns_make r1
    ns_make r2
    INTERFACES=
    for ((i = 0; i * per_cable < $1; i++)); do
        ns r1 ip link add "e$i" type veth peer name "e$i" netns "$(<"$LAB/r2.ns")"
        for n in 1 2; do
            ns "r$n" ip addr add "172.16.$i.$n/24" dev "e$i"
            ns "r$n" ip link set "e$i" up
        done
        INTERFACES+=${INTERFACES:+ }e$i
    done
    for host in r1 r2; do
        ns "$host" nft -f - <<END
table netdev scale {
    counter adverts { }
    chain out {
        type filter hook egress devices = { ${INTERFACES// /, } } priority 0; policy accept;
        ip protocol 112 counter name adverts
    }
}
END
    done
}

# scale_vrs COUNT: "CABLE VRID ADDRESS" of each virtual router.
scale_vrs() {
    local n
    for ((n = 0; n < $1; n++)); do
        echo "e$((n / per_cable)) $((n % per_cable + 1)) 10.1.$((n / per_cable)).$((n % per_cable + 1))"
    done
}

# scale_start KIND HOST COUNT INTERVAL-MS PRIORITY
scale_start() {
    local kind=$1 host=$2 count=$3 ms=$4 prio=$5 cable vrid address dir
    case $kind in
    ours)
        scale_vrs "$count" | while read -r cable vrid address; do
            echo "vr if=$cable vrid=$vrid prio=$prio interval=${ms}ms garp=1,0s,0 ip=$address/32"
        done >"$LAB/$host.vr"
        chain_start "$host"
        ;;
    keepalived)
        dir="$LAB/keepalived-$host"
        mkdir -p "$dir"
        rm -f "$dir"/*.pid
        {
            echo "global_defs { vrrp_garp_master_repeat 1
    vrrp_garp_master_delay 0
}"
            scale_vrs "$count" | while read -r cable vrid address; do
                echo "vrrp_instance $cable-$vrid { state BACKUP
    interface $cable
    virtual_router_id $vrid
    version 3
    priority $prio
    advert_int $(((ms + 5) / 1000)).$(printf %02d $((ms % 1000 / 10)))
    virtual_ipaddress { $address/32 dev $cable }
}"
            done
        } >"$dir/conf"
        keepalived_run "$host"
        ;;
    esac
}

# What runs there, and its parts by name.
scale_pids() { # KIND HOST [STAGE...]
    local kind=$1 host=$2 stage
    shift 2
    case $kind in
    ours)
        for stage in "${@:-listen}"; do
            if [ "$stage" = all ]; then chain_pids "$host"; else cat "$LAB/$host.$stage.pid"; fi
        done
        ;;
    keepalived) cat "$LAB/keepalived-$host/parent.pid" "$LAB/keepalived-$host/vrrp.pid" ;;
    esac
}

# holds_count HOST: how many virtual addresses it has. sent_count HOST: how many adverts have left it.
holds_count() { ns "$1" ip -o -4 addr show | grep -c ' inet 10\.1\.' || :; }
sent_count() { ns "$1" nft list counter netdev scale adverts | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }

# r1 has all addresses, r2 has none.
settled() { [ "$(holds_count r1)" -eq "$1" ] && [ "$(holds_count r2)" -eq 0 ]; }
# Nothing more leaves r2 for three intervals of MS: it knows that it is a backup.
quiet_backup() { # MS
    local before
    before=$(sent_count r2)
    sleep "$(calc "3 * $1 / 1000")"
    [ "$(sent_count r2)" -eq "$before" ]
}

# The newest state of each virtual router of r2 (ours) is backup.
says_backup() { # COUNT
    [ "$(awk '$2 == "state" { for (i = 3; i <= NF; i++) { if ($i ~ /^name=/) name = $i; if ($i ~ /^to=/) to[name] = $i } }
        END { for (name in to) n += to[name] == "to=backup"; print n + 0 }' "$LAB/r2.out")" -eq "$1" ]
}

# The state lines of a host between the marks `from` and `to`.
states_of() {
    awk -v from="$from" -v to="$to" '$2 == "state" && $1 > from && $1 < to' "$LAB/$1.out"
}
no_state_of() {
    states_of "$1" | head -n 5 # when there are any
    [ -z "$(states_of "$1")" ]
}

# scale_pair KIND COUNT MS: the lab, and both at work; the second comes when the first has all.
scale_pair() {
    scale_lab "$2"
    scale_start "$1" r1 "$2" "$3" 150
    until_true 90 settled "$2" || return 1
    scale_start "$1" r2 "$2" "$3" 100
    [ "$1" = keepalived ] || until_true 60 says_backup "$2" || return 1
    until_true 60 as_before "$2" "$3"
}

# stall KIND HOST MS STAGE...: these are stopped for six intervals, which is twice what the others wait.
stall() {
    local pids
    mapfile -t pids < <(scale_pids "$1" "$2" "${@:4}")
    kill -STOP "${pids[@]}"
    sleep "$(calc "6 * $3 / 1000")"
    kill -CONT "${pids[@]}"
}

# A stall of the one that prefers none, which must cost nothing: writes how many adverts it sent for want of an Active,
# and how many addresses moved to it or were lost. A stall of the other one: how long it took until all was as before.
stall_backup() { # KIND COUNT MS STAGE...
    local sent
    sent=$(sent_count r2)
    stall "$1" r2 "${@:3}"
    sleep "$(calc "5 * $3 / 1000")"
    echo "$(($(sent_count r2) - sent)) $(holds_count r2) $(($2 - $(holds_count r1)))"
}
stall_active() { # KIND COUNT MS LIMIT STAGE...
    local from
    stall "$1" r1 "$3" "${@:5}"
    from=$EPOCHREALTIME
    if until_true "$4" as_before "$2" "$3"; then
        calc "$EPOCHREALTIME - $from - 3 * $3 / 1000"
    else
        echo never
    fi
}
as_before() { settled "$1" && quiet_backup "$2" && settled "$1"; } # COUNT MS
