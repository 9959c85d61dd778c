# shellcheck shell=bash disable=SC2034,SC2154 # words, hold6, LAB are for the tests
# A fence around the addresses that vip-follow on host a holds: feeding it, and asking from b. After follow.bash.

fence=0.9 # s: the machine may be busy, and no send is to come too late
words="fence=900ms lease=60s"

# feed LINE...: tells them every 100 ms, and writes down when. unfed: no more.
feed() {
    while echo "$EPOCHREALTIME" >>"$LAB/fed" && tell "$@"; do
        sleep 0.1
    done 2>/dev/null 3>&- &
    FEED=$!
    lab_owns "$FEED"
}
unfed() { kill "$FEED" && { wait "$FEED" || :; }; } 2>/dev/null
last_fed() { tail -n 1 "$LAB/fed"; }
hold4="send if=eth0 vrid=51 prio=100 ip=192.0.2.100 garp=1,0s,0 $words"
hold6="send if=eth0 vrid=52 prio=100 ip=fe80::100,2001:db8::100 garp=1,0s,0 $words"

pings() { # ADDRESS...: of b, each into a log of its name
    local address
    for address; do
        ping_start b "$address" "ping-$address"
    done 7>&-
}
answered_since() { [ "$(ping_answers "ping-$1" "$2")" -ge 5 ]; }
unanswered() { # ADDRESS FROM TO: how many
    awk -v from="$2" -v to="$3" '/no answer yet/ { t = substr($1, 2, length($1) - 2) + 0
        if (t > from + 0 && t < to + 0) n++ } END { print n + 0 }' "$LAB/ping-$1"
}
last_answer() { awk '/bytes from/ { t = substr($1, 2, length($1) - 2) } END { print t }' "$LAB/ping-$1"; }
# quiet ADDRESS: no answer for the last half second, though it was asked.
quiet() {
    local since
    since=$(calc "$(now) - 0.5")
    [ "$(ping_answers "ping-$1" "$since")" -eq 0 ] && [ "$(unanswered "$1" "$since" 9e9)" -gt 5 ]
}
# shut_in_time TIME LAST: it ends at the fence's end after the send of TIME, as far as answers a while apart can tell.
shut_in_time() { holds "$2 - $1 > $fence - 0.5 && $2 - $1 < $fence + 0.5"; }
# Who has the MAC addresses already asks no more.
knows_mac() { ns b ip neigh replace "$1" lladdr 02:00:00:00:00:01 nud permanent dev eth0; }

# has_vip HOST ADDRESS: on whatever interface.
has_vip() { ns "$1" ip -o addr show | grep -qF " $2/"; }
lacks_vip() { ! has_vip "$@"; }

tables() { ns a nft list tables; }
ours() { tables | grep -q vrrp-tools; }
fenced() { ns a nft list table inet vrrp-tools 2>/dev/null | grep -q "elements = .*$1"; }
not_fenced() { ! fenced "$1"; }
