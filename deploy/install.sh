#!/bin/bash
# Installs left4me on this machine (Debian 13, amd64), as root. Run again, it updates: what is the same stays
# untouched, binaries are replaced by rename, and no running server is restarted.
#
#   install.sh [--bin-dir DIR] [--steamcmd PATH] [--accept-steam-license]
#
#   --bin-dir DIR            take the binaries from DIR (default: build them from this checkout with cargo)
#   --steamcmd PATH          use this steamcmd (default: the one of before, else Debian's package)
#   --accept-steam-license   agree to the Steam licence, for when nobody is there to be asked
#
# LEFT4ME_SYSTEM_CPUS and LEFT4ME_GAME_CPUS (environment, else /etc/left4me/host.env), as in 0,4, divide the CPUs otherwise.
# docs/operations.md says what is laid down, and why. uninstall.sh takes it away again.
set -euo pipefail
DEPLOY=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPO=${DEPLOY%/*}
export LC_ALL=C.UTF-8 # one order for sort, one language for what is read from tools

KERNEL_NEEDED=6.8
PROGRAMS=(l4d2ctl l4d2web)
HELPERS=(left4me-overlay left4me-systemctl left4me-journalctl left4me-exec)
# sudo and nft are what left4me calls; the rest is what the game, a 32-bit program, is linked with.
PACKAGES=(sudo dbus nftables ca-certificates libc6:i386 libgcc-s1:i386 libstdc++6:i386 zlib1g:i386)
LIB=/usr/local/lib/left4me
LAID=$LIB/installed # what this script has laid down: files, and with a slash at the end directories that were not there
DROPINS=/etc/systemd/system
STEAMCMD_DROPIN=$DROPINS/left4me-steamcmd@.service.d/10-steamcmd.conf

die() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}
step() { printf 'step: %s\n' "$*"; }
warn() { printf 'warning: %s\n' "$*" >&2; }

usage() {
  sed -n '/^#   install/,/^$/{s/^# \{0,3\}//p}' "$DEPLOY/install.sh"
}

# --- what this machine is ------------------------------------------------------------------------------------------

check_machine() {
  local system name kernel
  [ "$(id -u)" = 0 ] || die "root is needed: sudo $0"
  # shellcheck source=/dev/null
  system=$(. /etc/os-release 2>/dev/null && echo "${ID:-} ${VERSION_ID:-}") || true
  # shellcheck source=/dev/null
  name=$(. /etc/os-release 2>/dev/null && echo "${PRETTY_NAME:-}") || true
  [ "$system" = "debian 13" ] || die "left4me is for Debian 13; this is ${name:-an unknown system}"
  [ "$(dpkg --print-architecture)" = amd64 ] || die "left4me is for amd64; this is $(dpkg --print-architecture)"
  [ -d /run/systemd/system ] || die "systemd must run this machine (PID 1 is $(cat /proc/1/comm)): left4me's servers are its units"
  kernel=$(uname -r)
  printf '%s\n' "$KERNEL_NEEDED" "${kernel%%-*}" | sort --check=quiet --version-sort ||
    die "left4me mounts with what kernel $KERNEL_NEEDED brought; this machine runs $kernel"
}

installed() { # installed PACKAGE: whether dpkg has it
  # shellcheck disable=SC2016  # dpkg-query expands it
  [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# --- binaries ------------------------------------------------------------------------------------------------------

# The checkout's owner builds, with his own toolchain: root runs no build script.
build() {
  local owner home cargo as=()
  owner=$(stat -c %U "$REPO")
  home=$(getent passwd "$owner" | cut -d: -f6)
  [ "$owner" = root ] || as=(runuser -u "$owner" --)
  as+=(env "HOME=$home" "PATH=$home/.cargo/bin:/usr/local/bin:/usr/bin:/bin")
  cargo=$("${as[@]}" sh -c 'command -v cargo') ||
    die "cargo is missing for user $owner, who owns this checkout: install Rust 1.95 or later from rustup.rs, and gcc (as root: deploy/toolchain.sh), or build elsewhere and give --bin-dir"
  step "build"
  cd "$REPO"
  # The root programs are linked statically: nothing can be loaded into them.
  { "${as[@]}" RUSTFLAGS='-C target-feature=+crt-static' "$cargo" build --release --locked \
    --target x86_64-unknown-linux-gnu --package l4d2host --bins &&
    "${as[@]}" "$cargo" build --release --locked --package l4d2web; } ||
    die "the build failed; it needs Rust 1.95 or later and a linker (apt install gcc)"
  BIN_DIRS=("$REPO/target/x86_64-unknown-linux-gnu/release" "$REPO/target/release")
}

binary() { # binary NAME: its path
  local dir
  for dir in "${BIN_DIRS[@]}"; do
    [ ! -f "$dir/$1" ] || { echo "$dir/$1" && return; }
  done
  die "$1 is missing in ${BIN_DIRS[*]}: all of ${PROGRAMS[*]} ${HELPERS[*]} are needed"
}

# --- files ---------------------------------------------------------------------------------------------------------

NEW=() # what this run lays down
CHANGED=()

lay() { # lay MODE SOURCE TARGET: by rename, and only when it differs
  NEW+=("$3")
  if cmp -s "$2" "$3" && [ "$(stat -c '%a %u:%g' "$3")" = "${1#0} 0:0" ]; then return; fi
  local dir=${3%/*}
  until [ -d "$dir" ]; do
    NEW+=("$dir/")
    dir=${dir%/*}
  done
  install -D -m "$1" -o root -g root "$2" "$3.new"
  mv -f "$3.new" "$3"
  CHANGED+=("$3")
}

lay_text() { # lay_text TARGET TEXT
  printf '%s\n' "$2" >"$SCRATCH/text"
  lay 0644 "$SCRATCH/text" "$1"
}

lay_files() {
  local mode source target name
  while read -r mode source target; do
    case $mode in '' | '#'*) continue ;; esac
    lay "$mode" "$DEPLOY/$source" "$target"
  done <"$DEPLOY/files.txt"
  for name in "${HELPERS[@]}"; do lay 0755 "$(binary "$name")" "/usr/local/libexec/left4me/$name"; done
  for name in "${PROGRAMS[@]}"; do lay 0755 "$(binary "$name")" "/usr/local/bin/$name"; done
}

# Settings are the operator's once they exist.
lay_settings() {
  local name
  install -d -m 0755 /etc/left4me
  for name in host.env web.env; do
    [ -e "/etc/left4me/$name" ] || install -m 0640 -g left4me "$DEPLOY/etc/$name" "/etc/left4me/$name"
  done
  [ -e /etc/left4me/sandbox-resolv.conf ] || install -m 0644 "$DEPLOY/etc/sandbox-resolv.conf" /etc/left4me/
}

lay_manuals() { # completions and man pages, from the same definitions as the program
  local ctl=/usr/local/bin/l4d2ctl shell target page
  for shell in bash zsh fish; do
    case $shell in
      bash) target=/usr/local/share/bash-completion/completions/l4d2ctl ;;
      zsh) target=/usr/local/share/zsh/site-functions/_l4d2ctl ;;
      fish) target=/usr/local/share/fish/vendor_completions.d/l4d2ctl.fish ;;
    esac
    "$ctl" completions "$shell" >"$SCRATCH/completion" || { warn "l4d2ctl has no completions for $shell" && continue; }
    lay 0644 "$SCRATCH/completion" "$target"
  done
  install -d -o left4me "$SCRATCH/man"
  "$ctl" man "$SCRATCH/man" || warn "l4d2ctl has no man pages"
  for page in "$SCRATCH"/man/*.1; do
    [ ! -e "$page" ] || lay 0644 "$page" "/usr/local/share/man/man1/${page##*/}"
  done
}

lay_record() { # removes what an older version laid down and this one does not
  local old
  NEW+=("$LIB/")
  if [ -e "$LAID" ]; then
    mapfile -t -O "${#NEW[@]}" NEW < <(grep '/$' "$LAID")
  fi
  printf '%s\n' "${NEW[@]}" | sort -u >"$SCRATCH/installed"
  if [ -e "$LAID" ]; then
    while read -r old; do
      rm -f -- "$old"
      CHANGED+=("$old")
    done < <(comm -23 "$LAID" "$SCRATCH/installed")
  fi
  lay 0644 "$SCRATCH/installed" "$LAID"
}

# --- steamcmd ------------------------------------------------------------------------------------------------------

choose_steamcmd() { # STEAMCMD, and whether the package must be fetched for it
  FETCH_STEAMCMD=
  if [ -n "$STEAMCMD" ]; then
    # It ends up in a shell's command line and in a unit.
    [[ $STEAMCMD =~ ^/[A-Za-z0-9/._+-]+$ ]] || die "--steamcmd $STEAMCMD: give an absolute path of letters, digits and / . _ + -"
    [[ -f $STEAMCMD && -x $STEAMCMD ]] || die "--steamcmd $STEAMCMD is not a program"
    return
  fi
  STEAMCMD=$(sed -n 's/^Environment=LEFT4ME_STEAMCMD=//p' "$STEAMCMD_DROPIN" 2>/dev/null) || true
  if [ -n "$STEAMCMD" ] && [ "$STEAMCMD" != /usr/games/steamcmd ]; then
    KEEP_STEAMCMD=yes
    return
  fi
  STEAMCMD=/usr/games/steamcmd
  installed steamcmd:i386 && return
  FETCH_STEAMCMD=yes
  [ -n "$LICENCE" ] || [ -t 0 ] ||
    die "steamcmd must be installed, and nobody is there to agree to its licence (https://store.steampowered.com/subscriber_agreement): give --accept-steam-license, or --steamcmd PATH"
}

fetch_steamcmd() {
  local site
  # shellcheck disable=SC2016  # apt expands it
  if ! grep -q 'Candidate: [^(]' <<<"$(apt-cache policy steamcmd:i386)"; then
    site=$(apt-get indextargets --format '$(SITE)' 'Identifier: Packages' 'Codename: trixie' | sort | sed -n 1p)
    lay_text "$STEAM_SOURCES" "# steamcmd is in Debian's non-free.
Types: deb
URIs: ${site:-http://deb.debian.org/debian}
Suites: trixie
Components: non-free
Architectures: i386
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg"
    apt-get -qq update
  fi
  # The package asks for the licence by debconf, and not again when it was declined once: forget that.
  if [ -n "$LICENCE" ]; then
    printf 'steam steam/question select I AGREE\nsteam steam/license note\n' | debconf-set-selections
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install steamcmd:i386
  else
    echo FSET steam/question seen false | debconf-communicate steam >/dev/null 2>&1 || true
    apt-get -q -y --no-install-recommends install steamcmd:i386 ||
      die "steamcmd was not installed, and without it the game cannot be; run this again to read its licence once more"
  fi
}

lay_steamcmd() { # the drop-in that names it and lets the unit see it
  local dir=${STEAMCMD%/*} home=/var/lib/private/left4me-steam text
  [ -z "${KEEP_STEAMCMD:-}" ] || { NEW+=("$STEAMCMD_DROPIN") && return; }
  if [ -e "$dir/linux32/steamcmd" ]; then
    # Valve's archive, which updates itself where it lies: the unit gets a copy of its own.
    step "steamcmd: copy $dir"
    install -d -m 0700 /var/lib/private "$home"
    cp -a --no-preserve=ownership --update=none -T "$dir" "$home/steamcmd"
    chown -R --reference="$home" "$home/steamcmd"
    STEAMCMD=/var/lib/left4me-steam/steamcmd/${STEAMCMD##*/} dir=/usr
  fi
  text="# Written by install.sh: change it with install.sh --steamcmd PATH
[Service]
Environment=LEFT4ME_STEAMCMD=$STEAMCMD"
  case $dir/ in
    /usr/*) ;;
    *) text+=$'\n'"BindPaths=$dir" ;;
  esac
  lay_text "$STEAMCMD_DROPIN" "$text"
}

# --- the machine's settings ----------------------------------------------------------------------------------------

setting() { # setting NAME: from the environment, else from host.env
  printf '%s' "${!1:-$(sed -n "s/^$1=//p" /etc/left4me/host.env 2>/dev/null || true)}"
}

plan_cpus() { # CPUS: what l4d2ctl says of this machine and of what is asked for
  local system game options=()
  system=$(setting LEFT4ME_SYSTEM_CPUS) game=$(setting LEFT4ME_GAME_CPUS)
  [ -z "$system" ] || options+=(--system "$system")
  [ -z "$game" ] || options+=(--game "$game")
  CPUS=$("$(binary l4d2ctl)" cpu-plan "${options[@]}") || die "the CPUs cannot be divided so"
}

lay_cpus() {
  local system game
  system=$(sed -n 's/^system=//p' <<<"$CPUS") game=$(sed -n 's/^game=//p' <<<"$CPUS")
  if [ -z "$system" ]; then
    warn "no CPUs are set aside for games: ${CPUS#skipped=}"
    # The games' weight counts only beside builds: both are children of l4d2.slice, by their names. Where games
    # share their CPUs with the whole machine, that one needs weight too.
    lay_text "$DROPINS/l4d2.slice.d/50-left4me-weight.conf" $'# Written by install.sh: games share their CPUs with everything here.\n[Slice]\nCPUWeight=1000'
    return
  fi
  step "CPUs: $game for games, $system for everything else"
  local slice cpus
  for slice in system user l4d2-build l4d2-game; do
    cpus=$system
    [ "$slice" != l4d2-game ] || cpus=$game
    lay_text "$DROPINS/$slice.slice.d/99-left4me-cpuset.conf" "# Written by install.sh: see LEFT4ME_SYSTEM_CPUS in /etc/left4me/host.env
[Slice]
AllowedCPUs=$cpus"
  done
}

set_sysctls() {
  local key value unset=()
  /usr/lib/systemd/systemd-sysctl /etc/sysctl.d/99-left4me.conf || true
  while IFS=' =' read -r key value; do
    key=${key#-}
    [ "$(cat "/proc/sys/${key//.//}" 2>/dev/null)" = "$value" ] || unset+=("$key")
  done < <(grep '^-' /etc/sysctl.d/99-left4me.conf)
  [ ${#unset[@]} = 0 ] || warn "these kernel settings cannot be made here (a container, or a module is missing): ${unset[*]}"
}

changed() { grep -qE -- "$1" <<<"${CHANGED[*]}"; }

# A running panel is left alone when nothing of it is new. Servers run on while it restarts.
start_panel() {
  if ! changed '/l4d2web( |$)|/left4me-web\.service' && systemctl --quiet is-active left4me-web.service; then return; fi
  systemctl stop left4me-web.service
  /usr/local/sbin/left4me migrate || die "the database cannot be used by this version; it is as it was, and the panel is down"
  systemctl enable --quiet --now left4me-web.service ||
    die "the panel does not start: journalctl -u left4me-web says why; servers are not touched"
}

# What a person has to do next, after the first installation, until there is a user.
next_steps() {
  local link listen
  [ -n "$UPDATE" ] || echo "next: l4d2ctl doctor, then l4d2ctl install (the game, about 10 GB; the panel can do that too)"
  if link=$(/usr/local/sbin/left4me setup-link 2>/dev/null); then
    echo "the first user, an administrator, is made here, under the address at which you reach the panel: $link"
    listen=$(sed -n 's/^LEFT4ME_LISTEN=//p' /etc/left4me/web.env)
    cat <<NEXT
The panel listens on ${listen:-127.0.0.1:8000}, without TLS. Put a reverse proxy with TLS in front of it: $DEPLOY/nginx/left4me.conf
or $DEPLOY/caddy/Caddyfile. Before that, and from a machine of your own only: SESSION_COOKIE_SECURE=false in
/etc/left4me/web.env, systemctl restart left4me-web, ssh -L 8000:127.0.0.1:8000 $(hostname), http://127.0.0.1:8000
NEXT
  fi
}

check_result() {
  local dropin unit
  systemd-analyze verify --man=no --recursive-errors=no left4me-server@check.service left4me-steamcmd@linux.service \
    left4me-steamcmd@info.service left4me-clear@check.service left4me-web.service left4me-refresh.service left4me-refresh.timer \
    left4me-nftables.service l4d2-game.slice l4d2-build.slice || die "the units have errors"
  for dropin in "${NEW[@]}"; do
    case $dropin in "$DROPINS"/*.d/*.conf) ;; *) continue ;; esac
    unit=${dropin#"$DROPINS"/} unit=${unit%.d/*}
    [[ " $(systemctl show -P DropInPaths "${unit/@./@linux.}") " == *" $dropin "* ]] || die "$dropin is not in effect"
  done
}

# -------------------------------------------------------------------------------------------------------------------

BIN_DIRS=() STEAMCMD='' LICENCE='' STEAM_SOURCES=/etc/apt/sources.list.d/left4me-steam.sources
while [ $# -gt 0 ]; do
  case $1 in
    --bin-dir)
      [ -d "${2:-}" ] || die "--bin-dir needs a directory, not '${2:-}'"
      BIN_DIRS=("$(realpath -- "$2")")
      shift
      ;;
    --steamcmd)
      STEAMCMD=${2:-}
      [ -n "$STEAMCMD" ] || die "--steamcmd needs the path of a program"
      shift
      ;;
    --accept-steam-license) LICENCE=agreed ;;
    -h | --help)
      usage
      exit
      ;;
    *) die "'$1' is not known; install.sh --help says what is" ;;
  esac
  shift
done
check_machine
exec 9>>/run/left4me-install.lock
flock -n 9 || die "another install.sh is at work"
UPDATE=
[ ! -e "$LAID" ] || UPDATE=yes
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
choose_steamcmd
[ ${#BIN_DIRS[@]} != 0 ] || build
for name in "${PROGRAMS[@]}" "${HELPERS[@]}"; do binary "$name" >/dev/null; done
plan_cpus

missing=()
for name in "${PACKAGES[@]}"; do installed "$name" || missing+=("$name"); done
if [ ${#missing[@]} != 0 ] || [ -n "$FETCH_STEAMCMD" ]; then
  step "packages: ${missing[*]} ${FETCH_STEAMCMD:+steamcmd:i386}"
  [[ " $(dpkg --print-foreign-architectures | xargs) " == *" i386 "* ]] || dpkg --add-architecture i386
  apt-get -qq update
  [ ${#missing[@]} = 0 ] || DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${missing[@]}"
  [ -z "$FETCH_STEAMCMD" ] || fetch_steamcmd
fi
visudo -qcf "$DEPLOY/sudoers.d/left4me" || die "the sudoers file has errors"

step "files"
[ ! -e "$STEAM_SOURCES" ] || NEW+=("$STEAM_SOURCES")
systemd-sysusers "$DEPLOY/sysusers.d/left4me.conf"
lay_files
lay_settings
systemd-tmpfiles --create /etc/tmpfiles.d/left4me.conf
lay_steamcmd
lay_cpus
lay_manuals
lay_record

step "systemd"
systemctl daemon-reload
systemctl enable --quiet --now left4me-nftables.service
if changed nft; then systemctl reload left4me-nftables.service; fi
set_sysctls
check_result
step "panel"
start_panel
systemctl enable --quiet --now left4me-refresh.timer

if [ ${#CHANGED[@]} = 0 ]; then
  echo "left4me is installed; nothing had to be changed"
else
  echo "left4me is installed; ${#CHANGED[@]} files are new or changed"
fi
next_steps
