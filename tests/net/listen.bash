# shellcheck shell=bash disable=SC2034,SC2154 # LISTEN, STATUS, LAB, vectors are for the tests
# vrrp-listen in the namespace `us`, on veth pairs whose other ends are there, too. After lib.bash.

# A veth pair inside the namespace of `us`: what leaves PEER comes in on IF.
wire() { # IF PEER
    ns us sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.addr_gen_mode=1
    ns us ip link add "$1" type veth peer name "$2"
    ns us ip link set "$1" up
    ns us ip link set "$2" up
    until_true 5 link_is_up "$1"
}
link_is_up() { ns us ip -o link show "$1" | grep -q 'state UP'; }

# start_lines HOST COMMAND...: in the background as `start` does it, lines into $LAB/lines, messages into $LAB/err.
start_lines() { # HOST COMMAND...
    local host=$1
    shift
    setsid nsenter -n"/proc/$(<"$LAB/$host.ns")/ns/net" -- "$@" </dev/null >>"$LAB/lines" 2>>"$LAB/err" 3>&- &
    PID=$!
    lab_owns "$PID"
}
# listen ARGUMENT...: vrrp-listen with these, run by the command in WRAPPER, if any; returns when it listens.
WRAPPER=()
listen() {
    start_lines us ${WRAPPER[@]+"${WRAPPER[@]}"} "$BUILD/vrrp-listen" "$@"
    LISTEN=$PID
    until_true 10 said ' clock '
}
# listen_into FILE ARGUMENT...: the same without waiting, lines into FILE.
listen_into() {
    local file=$1
    shift
    setsid nsenter -n"/proc/$(<"$LAB/us.ns")/ns/net" -- "$BUILD/vrrp-listen" "$@" </dev/null >"$file" 2>>"$LAB/err" 3>&- &
    LISTEN=$!
    lab_owns "$LISTEN"
}
said() { grep -qE -- "$1" "$LAB/lines"; }
never_said() { ! said "$1"; }
count_of() { grep -cE -- "$1" "$LAB/lines" || true; }
more_than() { [ "$(count_of "$2")" -gt "$1" ]; }
count_is() { [ "$(count_of "$1")" -eq "$2" ]; }

# stop: a clean end of the listener; its exit status is in $STATUS.
stop() {
    kill -"${1:-TERM}" "$LISTEN"
    STATUS=0
    wait "$LISTEN" || STATUS=$?
}

# vector ID: its frame. send IF [sendframe's options]: frames from stdin.
vector() { awk -F '\t' -v id="$1" '$1 == id { print $6 }' "$vectors"; }
send() {
    local interface=$1
    shift
    ns us "$BUILD/sendframe" "$interface" "$@"
}
# many COUNT [FALL]: V03 of as many virtual routers, to 245, for one of them is not told as often as frames can be sent; of
# a priority that is lower by FALL. What the VRID grows by, or the priority falls, the address falls or grows: the sum
# stays right.
many() {
    local frame k fall=${2:-0}
    frame=$(vector V03)
    for ((k = 0; k < $1; k++)); do
        printf '%s31%02x%02x010064a791c000%02x%02x%s\n' "${frame%310a*}" $((10 + k)) $((100 - fall)) $((2 + fall)) \
            $((254 - k)) "${frame#*c00002fe}"
    done
}
# tagged VLAN HEX: the frame with an 802.1Q tag.
tagged() { printf '%s8100%04x%s\n' "${2:0:24}" "$1" "${2:24}"; }
