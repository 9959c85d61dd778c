# shellcheck shell=bash
# For the tests of vrrp-top: lines to show, and a terminal (tmux, with a server of its own) to look at.

top_setup() {
    bats_require_minimum_version 1.5.0
    top=${BUILD:-$BATS_TEST_DIRNAME/../../build}/vrrp-top
    work=$BATS_TEST_TMPDIR
    export TZ=UTC
    unset NO_COLOR TMUX
    story >"$work/lines"
}

# What runs there is killed first: a terminal that goes away signals everybody on it, also the process by which a
# sanitizer looks for leaks at the end, and who waits for that would do so for ever.
top_teardown() {
    local tty
    exec 7>&-
    for tty in $(mux list-panes -a -F '#{pane_tty}' 2>/dev/null); do
        pkill -KILL -t "${tty#/dev/}" || true
    done
    mux kill-server 2>/dev/null || true
}

now_ms() {
    echo $((${EPOCHREALTIME/./} / 1000))
}

# within SECONDS COMMAND...: it becomes true in that time.
within() {
    local end=$(($(now_ms) + $1 * 1000))
    shift
    until "$@"; do
        [ "$(now_ms)" -lt "$end" ] || return 1
        sleep 0.05
    done
}

# Five virtual routers of a file: one that changed twice, one of IPv6 in which this machine takes part, one that somebody
# attacks, a fast one with many addresses, one that fell silent.
story() {
    awk '
        function at(t) { printf "%d.%03d000000 ", 1795342778 + int(t / 1000), t % 1000 }
        function advert(t, where, prio, every, src, more) {
            at(t)
            print "advert " where " ver=3 prio=" prio " interval=" every " src=" src " " more
        }
        BEGIN {
            print "1795342778.000000000 clock mono=100.000000 boot=file source=file"
            common = "cksum=pseudo auth=none ip="
            for (t = 0; t <= 20000; t += 500) {
                if (t % 1000 == 0) {
                    if (t < 8000) advert(t, "if=eth0 af=4 vrid=51", 150, "1s", "192.0.2.1", common "192.0.2.100")
                    if (t >= 12000) advert(t, "if=eth0 af=4 vrid=51", 100, "1s", "192.0.2.2", common "192.0.2.100")
                    advert(t, "if=eth0 af=6 vrid=51 dir=out", 150, "1s", "fe80::1", common "fe80::100,2001:db8::100")
                    advert(t + 2 * (t % 4000 == 0), "if=eth1 vlan=20 af=4 vrid=7", 200, "1s", "198.51.100.2", common "198.51.100.1")
                    if (t < 10000) advert(t, "if=eth1 af=4 vrid=11", 100, "1s", "203.0.113.9", common "203.0.113.10")
                }
                if (t == 3000) { at(t); print "state if=eth0 af=6 vrid=51 from=backup to=active why=timed-out ip=fe80::100/64" }
                if (t == 5000) { at(t); print "bad if=eth0 af=4 vrid=51 why=checksum src=192.0.2.9" }
                if (t == 15500) advert(t, "if=eth1 vlan=20 af=4 vrid=7", 90, "1s", "198.51.100.3", common "198.51.100.1")
                if (t == 15500) { at(t); print "alert rule=split-brain sev=high if=eth1 vlan=20 af=4 vrid=7 src=198.51.100.3" }
                advert(t + 100, "if=eth1 af=4 vrid=10", 255, "500ms", "203.0.113.1",
                    common "203.0.113.1,203.0.113.2,203.0.113.3")
            }
        }'
}

# --- the terminal ----------------------------------------------------------------------------------------------------

mux() {
    tmux -u -S "$work/tmux" -f /dev/null "$@" 3>&- 7>&-
}

# A shell in a terminal of this size.
terminal() { # [COLUMNS LINES]
    # shellcheck disable=SC2016 # it is for the shell inside
    mux new-session -d -x "${1:-80}" -y "${2:-24}" "PS1='\$ ' BASH_SILENCE_DEPRECATION_WARNING=1 bash --norc --noprofile -i"
    within 10 shows '^\$'
    mux set-option -g status off
    mux resize-window -x "${1:-80}" -y "${2:-24}"
}
resize() { # COLUMNS LINES
    mux resize-window -x "$1" -y "$2"
}
screen() {
    mux capture-pane -p
}
shows() { # PATTERN
    screen | grep -q -- "$1"
}
shows_not() {
    ! screen | grep -q -- "$1"
}
press() { # KEY...
    mux send-keys "$@"
}
type_in() { # TEXT
    mux send-keys -l "$1"
}
# A command line for the shell there. What is said and with which status it ended goes into files.
start() { # COMMAND
    type_in "$1; echo \$? >'$work/status'"
    press Enter
}
# The screen, once vrrp-top is on it.
start_top() { # [WORD...]
    start "'$top' $* <'$work/lines'"
    within 10 shows 'virtual router'
}
# The screen becomes what stands on stdin, blank lines at its end aside.
screen_is() {
    local expected
    expected=$(cat)
    within 10 same_screen "$expected" && return
    diff <(echo "$expected") <(screen)
}
same_screen() {
    [ "$(screen)" = "$1" ]
}
has_status() { # STATUS
    [ -s "$work/status" ] && [ "$(<"$work/status")" -eq "$1" ]
}
# The terminal as a shell wants it: the same modes, the cursor, what was there before the screen.
restored() {
    [ "$(mux display-message -p '#{cursor_flag} #{alternate_on} #{keypad_cursor_flag}')" = "1 0 0" ] || return 1
    cmp "$work/before" "$work/after"
}
