# A stand-in for steamcmd: it works on an upper layer itself, and knows what is below it from the build's pins.
# $1 is the platform, $HOST the test's host; the build that "Steam" has is in $HOST/build.
platform=$1
lower=$(cat ../pins)
lower=${lower:+$HOST/root/$lower}
LIBRARY=library

say() { printf '%s\r\n' "$@"; }

hello() {
    printf '\033[0m'
    say "Steam Console Client (c) Valve Corporation - version 1" "Connecting anonymously to Steam Public...OK"
}

# Fails with a code and a line.
error() {
    say "$2"
    exit "$1"
}

# Which try of this pass it is.
try() {
    echo >>"$HOST/tries-$platform"
    wc -l <"$HOST/tries-$platform"
}

# Writes a file anew, as steamcmd does.
put() {
    mkdir -p "$(dirname "$1")"
    rm -rf "$1"
    printf '%s' "$2" >"$1"
}

# What a deletion leaves in an upper layer.
drop() {
    rm -rf "$1"
    if [ -n "$lower" ] && [ -e "$lower/$1" ]; then
        mknod "$1" c 0 0
    fi
}

pass() {
    local build before
    build=$(cat "$HOST/build")
    before=$((build - 1))
    hello
    printf ' Update state (0x61) downloading, progress: 0.00 (0 / 2000)\r'
    put left4dead2/gameinfo.txt "GameInfo"
    put left4dead2/steam.inf "PatchVersion=2.2.4.$build"
    put left4dead2/same.txt "always the same"
    put left4dead2/changed.txt "$build"
    put "left4dead2/only_in_$build.txt" ""
    [ -d left4dead2 ] && drop "left4dead2/only_in_$before.txt"
    printf ' Update state (0x61) downloading, progress: 3.00 (60 / 2000)\n'
    printf ' Update state (0x61) downloading, progress: 50.00 (1000 / 2000)'
    if [ "$platform" = windows ]; then
        put srcds.exe "MZ"
        drop srcds_run
    else
        drop srcds.exe
        put srcds_run "#!/bin/sh"
        chmod 755 srcds_run
        put .steam/sdk32/steamclient.so "$LIBRARY"
    fi
    put steamapps/appmanifest_222860.acf "\"AppState\" { \"appid\" \"222860\" \"buildid\" \"$build\" \"LastUpdated\" \"$(date +%s%N)\" }"
    say "Success! App '222860' fully installed."
}
