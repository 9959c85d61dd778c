#!/usr/bin/env bats
# vrrp-events(5) is the interface: what the sources write and read stands in the page, and what the page shows is true.

setup_file() {
    bats_require_minimum_version 1.5.0
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export root
    export BUILD=${BUILD:-$root/build}
    export page=$root/man/vrrp-events.5
    export PATH=$BUILD:$PATH
    cd "$BATS_FILE_TMPDIR" || return
    # keys: "EVENT key key ...", in the page's order; described: "SECTION key"; examples: "EVENT line"
    awk '
        /^\.Sh / { section = substr($0, 5); event = "" }
        /^\.Ss / && section ~ /^EVENTS OF/ { event = $2; print event > "events" }
        listed { sub(/^\.Cm/, event); print > "keys"; listed = 0 }
        /^Keys:$/ { listed = 1 }
        /^\.It Cm/ { for (i = 3; i <= NF; i++) if ($i ~ /^[a-z]/) print (event ? event : "common"), $i > "described" }
        /^\.Ed/ { example = 0 }
        example { print event, $0 > "examples" }
        /^\.Bd -literal$/ && event { example = 1 }
    ' "$page"
    sources=$(find "$root/lib" "$root/cmd" -name '*.c' ! -name sim_scenario.c ! -name 'keepalived_*.c') # scenarios: vrrp-sim(1), and sim.bats; operands
    export sources
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return
}

# in_page WORD...: each stands in the page as a word of ours.
in_page() {
    local word failed=0
    for word in "$@"; do
        grep -Eq "^\.(It )?Cm (.* )?$word( |\$)" "$page" || { echo "not in the page: $word"; failed=1; }
    done
    return "$failed"
}

# The keys of the lines on stdin are keys of their event, in the page's order. Comments and TIME do not count.
check_lines() {
    awk '
        NR == FNR { for (i = 2; i <= NF; i++) at[$1, $i] = i; known[$1] = 1; next }
        /^#/ { next }
        {
            first = $1 ~ /^[0-9]/ ? 2 : 1
            event = $first
            if (!(event in known) && first < NF) { print "no such event: " $0; bad = 1; next }
            last = 0
            for (i = first + 1; i <= NF && $i !~ /^#/; i++) {
                key = $i; sub(/=.*/, "", key)
                if (!((event, key) in at)) { print "no such key, " key ": " $0; bad = 1 }
                else if (at[event, key] < last) { print "out of order, " key ": " $0; bad = 1 }
                last = at[event, key]
            }
            seen++
        }
        END { exit bad || seen == 0 }
    ' keys -
}

@test "each event that is written or read has its section" {
    local event words
    # shellcheck disable=SC2086 # a list of files
    words=$( (sed -n '/writer_begin(/s/"[^"]*"/\n&\n/gp' $sources | grep '^"'
        sed -n 's/.*span_is(l[.>-]*event, \("[a-z]*"\)).*/\1/p' $sources
        grep -ohE '\{"[a-z]+", \.(take|control) = ' $sources | grep -o '"[a-z]*"') | tr -d '"' | sort -u)
    [ "$(wc -w <<<"$words")" -ge 20 ]
    for event in $words; do
        grep -qx "$event" events || { echo "no section: $event"; false; }
    done
}

@test "each key that is written or read is described" {
    local key words
    # shellcheck disable=SC2086
    words=$( (grep -ohE '\b(put|read|list|line|reader)_[a-z0-9_]+\([^"]*"[a-z0-9-]+"' $sources | grep -v '^put_word(&\?w, key'
        grep -oE '\{"[a-z-]+", key_' "$root/lib/core/config.c" "$root/lib/core/watch.c") | grep -oE '"[a-z0-9-]+"' | tr -d '"' | sort -u)
    [ "$(wc -w <<<"$words")" -ge 60 ]
    for key in $words; do
        grep -q " $key\$" described || { echo "not described: $key"; false; }
    done
}

@test "each key that the page lists is described there" {
    local event key list failed=0
    while read -r event list; do
        for key in $list; do
            grep -Eqx "($event|common) $key" described || { echo "$event: $key is not described"; failed=1; }
        done
    done <keys
    [ "$(wc -l <keys)" -ge 17 ]
    [ "$failed" -eq 0 ]
}

@test "the table of keys has the events of the page, with their keys in its order" {
    sort events >page-events
    schema -k | cut -d ' ' -f 1 | sort -u | diff page-events -
    sort keys >page-keys
    schema -k | awk '{ k[$1] = k[$1] " " $2 } END { for (e in k) print e k[e] }' | sort | diff page-keys -
}

# kinds: "EVENT|common key kind" for each description from which the kind of value can be told.
page_kinds() {
    awk '
        function kind_of(text) {
            if (text ~ /^(Duration|[0-9]+m?s( to |,|:| \())/) return "duration"
            if (text ~ /^Seconds with six/) return "measured"
            if (text ~ /^(Seconds with up to six|seconds as in)/) return "steady"
            if (text ~ /^List/) return "list"
            if (text ~ /^Address/) return "address"
            if (text ~ /^(Its )?MAC addr/) return "mac"
            if (text ~ /^\\\\-[0-9]+ to/) return "integer"
            if (text ~ /^([0-9]+ (to|or) |Number of|Bytes|How often)/) return "number"
            if (text ~ /^A (word|range):/) return "text"
            return text ~ /^yes( |$)/ ? "yes-no" : ""
        }
        /^\.Sh / { section = substr($0, 5); event = "common" }
        /^\.Ss / { event = section ~ /^EVENTS OF/ ? $2 : "" }
        {
            text = $0
            sub(/^\.Cm /, "", text)
        }
        names && text != "Needed." {
            kind = kind_of(text)
            count = split(names, name, " ")
            for (i = 1; kind && i <= count; i++) print event, name[i], kind
            names = ""
        }
        /^\.It Cm/ && event {
            names = ""
            for (i = 3; i <= NF; i++) if ($i ~ /^[a-z]/) names = names " " $i
        }
    ' "$page"
}

@test "the table of keys has the kinds of value that the page tells" {
    page_kinds >kinds
    [ "$(wc -l <kinds)" -ge 50 ]
    schema -k | awk '
        NR == FNR { told[$1, $2] = $3; next }
        {
            kind = ($1, $2) in told ? told[$1, $2] : told["common", $2]
            if (kind != "" && kind != $3) { print $1 " " $2 ": the page says " kind ", the table " $3; wrong = 1 }
            compared += kind != ""
        }
        END { print compared " compared"; exit wrong || compared < 90 }' kinds -
}

@test "the JSON Schema is that of the table" {
    schema | diff "$root/share/vrrp-lines.schema.json" -
}

@test "each word that a value can be is explained" {
    local words
    # shellcheck disable=SC2086
    words=$(grep -ohE '\[(VERDICT|NOTICE|WHY|CKSUM|AUTH|ELECTED|ROUTER|LINK|SOURCE|DIR|ANNOUNCE|OTHER)_[A-Z0-9_]+\] = "[a-z0-9-]+"' $sources |
        grep -oE '"[a-z0-9-]+"' | tr -d '"' | sort -u)
    [ "$(wc -w <<<"$words")" -ge 50 ]
    # shellcheck disable=SC2086
    in_page $words
    words=$(sed -n '/^const char \*[a-z]*_flag_name/,/^}/p' "$root"/lib/core/{packet,announce_frame}.c |
        grep -oE '"[a-z0-9-]+"' | tr -d '"')
    [ "$(wc -w <<<"$words")" -ge 16 ]
    # shellcheck disable=SC2086
    in_page $words
}

@test "each event has an example, which is a line of its own event with its keys" {
    local event
    while read -r event; do
        grep -q "^$event " examples || { echo "no example: $event"; false; }
    done <events
    cut -d ' ' -f 2- examples >lines
    check_lines <lines
    awk '{ first = $2 ~ /^[0-9]/ ? 3 : 2; if ($first != $1) { print; bad = 1 } } END { exit bad }' examples
    vrrp-pick <lines >picked
    cmp lines picked
}

@test "the page's vr lines are taken" {
    sed -n '/^\.Sh EXAMPLES/,$p' "$page" | grep '^vr ' >file
    [ "$(wc -l <file)" -eq 2 ]
    vrrp-elect -t -f file </dev/null
    sed -n 's/^vr //p' examples >file
    [ "$(wc -l <file)" -eq 2 ]
    vrrp-elect -t -f file </dev/null
}

@test "adverts, bad packets, announcements and other protocols as they are captured have the page's keys" {
    cat "$root/tests/unit/vectors.tsv" "$root/tests/pcap/segment.hex" | hex2pcap >vectors.pcap
    vrrp-listen -r vectors.pcap -i eth0 -s lan >lines
    for event in clock advert bad announce other; do
        grep -q " $event " lines
    done
    check_lines <lines
}

@test "decisions, observations, notices and answers have the page's keys" {
    hex2pcap <"$root/tests/unit/vectors.tsv" >vectors.pcap
    vrrp-listen -r vectors.pcap -i eth0 >heard
    printf 'track name=web state=up for=5s\nstatus id=7\nyield name=a\nyield name=a off=yes\nnovr name=a\nstop\n' >>heard
    printf 'vr if=eth0 vrid=10 ip=192.0.2.254 name=a track=web:+3,db:-2 src=192.0.2.9\nvr if=eth0 vrid=10 ip=fe80::1\n' >file
    vrrp-elect -t -p -f file <heard >lines
    for event in clock vr send state notice elected vacant status; do
        grep -q " $event " lines || { echo "no $event"; false; }
    done
    check_lines <lines
}

@test "what vrrp-advert adds has the page's keys" {
    grep -E '^send ' examples | cut -d ' ' -f 2- >sends
    vrrp-advert -n <sends | grep -v '^#' >lines
    grep -q 'from=active to=init why=upstream' lines
    check_lines <lines
}

@test "findings and policies have the page's keys" {
    grep -E '^(advert|bad|other|allow) ' examples | cut -d ' ' -f 2- >heard
    vrrp-audit -S info <heard >lines || [ $? -eq 1 ]
    grep -q ' alert .*rule=ttl-not-255' lines
    vrrp-audit --learn <heard >policy 2>table
    check_lines <lines
    check_lines <policy
    grep '^allow ' examples | cut -d ' ' -f 2- >policy
    vrrp-audit -P policy <heard >lines || [ $? -eq 1 ]
    grep -q rule= lines
    [ "$(grep -c rule=rogue-speaker lines)" -eq 0 ] # it is the page's own router
}
