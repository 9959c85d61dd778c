#!/usr/bin/env bats
# The pictures of vrrp-explain, as a browser shows them: texts keep apart, and everything is where it belongs, small and
# large, light and dark.

bats_require_minimum_version 1.5.0
load explain.bash

setup_file() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export BUILD=${BUILD:-$root/build}
    export TZ=UTC
    cd "$BATS_FILE_TMPDIR" || return 1
    segment <"$root/tests/cli/explain/failovers.story" | "$BUILD/vrrp-explain" -q --svg small.svg --html small.html
    hour | segment | "$BUILD/vrrp-explain" -q --svg hour.svg
    day | segment | "$BUILD/vrrp-explain" -q --svg day.svg
    often | segment | "$BUILD/vrrp-explain" -q --svg often.svg
    for scheme in light dark; do
        measure "$scheme" small hour day often
    done
}

# 6 routers, one after the other, and one that does not hear the third.
hour() {
    for i in 0 1 2 3 4 5; do
        echo "adverts $((i + 2)) $((200 - 10 * i)) $((i * 600 + (i > 0 ? 3 : 0))).3 $((i * 600 + 599))"
    done
    echo "adverts 9 50 1300 1400"
    echo "announce 3 603.4 5 0.001"
}

# 20 routers in a day and a half.
day() {
    awk 'BEGIN {
        for (i = 0; i < 20; i++) {
            from = i * 4320
            printf "adverts %d %d %d %d interval=10s\n", i + 2, 250 - i * 5, from + 35, from + 4320 - (i % 3 == 0 ? 600 : 0)
            if (i % 4 == 1) printf "adverts %d %d %d %d interval=10s\n", i + 2, 250 - i * 5, from + 43200, from + 43800
            if (i % 3 == 1) printf "advert %d 0 %d interval=10s\n", i + 2, from + 4321
        }
    }'
}

# A hundred reigns.
often() {
    for ((i = 0; i < 100; i++)); do echo "advert $((2 + i % 2)) 100 $((i * 4)) if=a-name-of-15-by"; done
}

# measure SCHEME NAME...: what the browser says of each picture, one thing a line, into NAME.SCHEME.
measure() {
    local scheme=$1 name preferred=1
    shift
    [ "$scheme" = light ] || preferred=0
    {
        echo '<!DOCTYPE html><body>'
        for name; do
            echo "<div id=\"$name\">" && cat "$name.svg" && echo '</div>'
        done
        cat "$BATS_TEST_DIRNAME/explain/measure.html"
    } >"$scheme.html"
    timeout 60 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/browser" --virtual-time-budget=2000 \
        --blink-settings=preferredColorScheme=$preferred --dump-dom "file://$PWD/$scheme.html" >"$scheme.dom" 2>"$scheme.err"
    for name; do
        sed -n "s/^$name: //p" "$scheme.dom" >"$name.$scheme"
    done
}

# all_say PATTERN: each picture, in both schemes, has such a line.
all_say() {
    local file
    for file in {small,hour,day,often}.{light,dark}; do
        grep -qE "$1" "$BATS_FILE_TMPDIR/$file" || { echo "$file: no '$1'" && cat "$BATS_FILE_TMPDIR/$file" && return 1; }
    done
}

@test "the browser has shown all of them" {
    all_say '^texts [1-9][0-9]'
    all_say '^end$'
}

@test "no text touches another, or leaves the picture" {
    all_say '^touching 0$'
    all_say '^outside 0$'
}

@test "the widths that were estimated are not too small" {
    all_say '^in-bars [0-9]+ of which 0 stick out$'
}

@test "names stand beside their lanes, bars within them" {
    for file in small:2 hour:7 day:20 often:2; do
        grep -qx "lanes ${file#*:}, names ${file#*:}, misplaced 0" "$BATS_FILE_TMPDIR/${file%:*}.light"
    done
    all_say '^bars [1-9][0-9]*, outside lanes 0$'
}

@test "the ground is opaque and texts stand out from it, light and dark" {
    for name in small hour day often; do
        grep -qx 'ground rgb(255, 255, 255)' "$BATS_FILE_TMPDIR/$name.light"
        grep -qx 'ground rgb(20, 24, 30)' "$BATS_FILE_TMPDIR/$name.dark"
    done
    all_say '^least contrast ([5-9]|[1-9][0-9])\.'
}

@test "ticks where adverts are few, density where they are many" {
    grep -qx 'ticks 2, density 0' "$BATS_FILE_TMPDIR/small.light"
    grep -qx 'ticks 0, density 7' "$BATS_FILE_TMPDIR/hour.light"
    grep -qx 'ticks 0, density 20' "$BATS_FILE_TMPDIR/day.light"
}

@test "what happened is named" {
    for said in "Active 7.00 s" "silent 3.61 s" "resigned 609 ms"; do
        grep -qx "says $said" "$BATS_FILE_TMPDIR/small.light"
    done
    grep -qx "says two Actives 1 min 40 s" "$BATS_FILE_TMPDIR/hour.light"
    grep -qx "says 3 h 35 min" "$BATS_FILE_TMPDIR/day.light"
    grep -qE "^says 68 reigns left out, " "$BATS_FILE_TMPDIR/often.light"
}
