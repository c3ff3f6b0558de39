#!/bin/sh
# left4me stand-in for srcds_run, the script that starts the game server. Like the real one it changes to its own
# directory, splits and globs its arguments once more, becomes srcds_linux under -norestart, and otherwise starts the
# server again whenever it ends with an error.

export LD_LIBRARY_PATH=".:bin:$LD_LIBRARY_PATH"
cd "$(dirname "$0")" || exit 1

GAME=left4dead2
BINARY=./srcds_linux
RESTART=yes
TIMEOUT=10
TRAP=yes
ON_INT='echo "$(date): Server Quit"; exit 0'
PIDFILE=
PARAMS=$*

set -- $PARAMS
while [ $# -gt 0 ]; do
	case "$1" in
	-game) GAME=$2 ;;
	-norestart) RESTART= ;;
	-timeout) TIMEOUT=$2 ;;
	-binary) BINARY=$2 ;;
	-pidfile) PIDFILE=$2 ;;
	-ignoresigint) ON_INT= ;;
	-notrap) TRAP= ;;
	esac
	shift
done

if [ ! -d "$GAME" ]; then
	echo "Invalid game type '$GAME' specified."
	exit 1
fi
if [ ! -x "$BINARY" ]; then
	echo "Source Engine binary '$BINARY' not found, exiting"
	exit 1
fi
[ -z "$PIDFILE" ] || echo $$ >"$PIDFILE"

if [ -z "$RESTART" ]; then
	exec $BINARY $PARAMS
fi

[ -z "$TRAP" ] || trap "$ON_INT" INT
echo "Auto-restarting the server on crash"
while true; do
	$BINARY $PARAMS
	code=$?
	[ "$code" -eq 0 ] && break
	echo "$(date): Server restart in $TIMEOUT seconds"
	sleep "$TIMEOUT"
done
echo "$(date): Server Quit"
