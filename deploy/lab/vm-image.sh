#!/bin/bash
# Builds what vm.sh boots, in $LEFT4ME_LAB/vm: disk.img (the root file system of the nspawn hosts with Debian's cloud kernel
# and an ssh server), kernel, initramfs, the ssh key, and qemu/ (Debian 13's qemu in a directory to chroot into).
# Does nothing when they are there and were built by this very script from the present base.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lab.sh
. "$HERE/lab.sh"

VM=$LAB/vm
ROOT=$VM/root # only while building
KERNEL_PACKAGES=(linux-image-cloud-amd64 busybox cpio xz-utils openssh-server)
INITRAMFS_MODULES=(virtio_blk failover net_failover virtio_net) # ext4 and virtio_pci are built in

# Looking at hardware costs most of a boot under emulation, and there is none that the initramfs does not bring up.
NO_DEVICES=(
  systemd-udev-trigger.service systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket
  systemd-udev-load-credentials.service systemd-hwdb-update.service systemd-modules-load.service kmod-static-nodes.service
  modprobe@{configfs,fuse,dm_mod,loop,drm,efi_pstore}.service systemd-tmpfiles-setup-dev-early.service
  sys-kernel-config.mount sys-fs-fuse-connections.mount sys-kernel-debug.mount sys-kernel-tracing.mount
  dev-mqueue.mount dev-hugepages.mount systemd-tpm2-setup.service systemd-tpm2-setup-early.service
  systemd-rfkill.socket systemd-pstore.service systemd-random-seed.service getty@tty1.service serial-getty@ttyS0.service
)
# Work of a first boot, and of a machine on a network.
NO_HOUSEKEEPING=(
  systemd-machine-id-commit.service systemd-firstboot.service systemd-timesyncd.service systemd-networkd.service
  systemd-binfmt.service systemd-journal-catalog-update.service systemd-update-done.service ldconfig.service e2scrub_reap.service
)
NO_GENERATORS=(ssh gpt-auto hibernate-resume tpm2 rc-local getty debug system-update)

# Debian 12's qemu 7.2 corrupts the guest's flags under emulation (random panics): always Debian 13's own.
build_qemu() {
  [ ! -x "$VM/qemu/usr/bin/qemu-system-x86_64" ] || return 0
  rm -rf "$VM/qemu.new"
  mmdebstrap --quiet --variant=minbase --include=qemu-system-x86,qemu-utils,seabios trixie "$VM/qemu.new" "$(mirror)"
  mkdir -p "$VM/qemu.new$LAB"
  mv "$VM/qemu.new" "$VM/qemu"
}

# Copies the base and installs the kernel in it, with the machine's own way to the mirror.
install_kernel() {
  cp -a "$LAB/base" "$ROOT"
  cp /etc/resolv.conf "$ROOT/etc/resolv.conf"
  # shellcheck disable=SC2016  # the inner shell expands it
  unshare --mount bash -euc '
    root=$1; shift
    mount -t proc proc "$root/proc"
    export DEBIAN_FRONTEND=noninteractive
    chroot "$root" apt-get -qq update
    chroot "$root" apt-get -qq -y --no-install-recommends install "$@"
    chroot "$root" apt-get clean' _ "$ROOT" "${KERNEL_PACKAGES[@]}" >"$VM/install.log" 2>&1 ||
    die "the kernel cannot be installed; see $VM/install.log"
  rm -rf "$ROOT/etc/resolv.conf" "$ROOT"/var/lib/apt/lists/*
}

configure() {
  local u g
  echo vm >"$ROOT/etc/hostname"
  printf '127.0.0.1 localhost\n127.0.1.1 vm\n::1 localhost ip6-localhost\n' >"$ROOT/etc/hosts"
  : >"$ROOT/etc/fstab"
  [ -e "$VM/key" ] || ssh-keygen -q -t ed25519 -N '' -f "$VM/key"
  install -d -m 700 "$ROOT/root/.ssh"
  install -m 600 "$VM/key.pub" "$ROOT/root/.ssh/authorized_keys"
  for u in "${NO_DEVICES[@]}" "${NO_HOUSEKEEPING[@]}"; do ln -sf /dev/null "$ROOT/etc/systemd/system/$u"; done
  mkdir -p "$ROOT/etc/systemd/system-generators"
  for g in "${NO_GENERATORS[@]}"; do ln -sf /dev/null "$ROOT/etc/systemd/system-generators/systemd-$g-generator"; done

  cat >"$ROOT/etc/systemd/system/lab-network.service" <<'UNIT'
[Unit]
Description=Network and shared disk of a lab host
DefaultDependencies=no
Before=network-pre.target basic.target
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=ip link set lo up
ExecStart=ip link set eth0 up
ExecStart=ip addr add 10.0.2.15/24 dev eth0
ExecStart=ip route add default via 10.0.2.2
ExecStart=sh -c 'mkdir -p /mnt/share; [ ! -b /dev/vdb ] || mount -o ro /dev/vdb /mnt/share'

[Install]
WantedBy=sysinit.target
UNIT
  # vm.sh waits for this line on the serial console.
  cat >"$ROOT/etc/systemd/system/lab-booted.service" <<'UNIT'
[Unit]
Description=Tells the outside that the boot has finished
After=ssh.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=sh -c 'echo left4me-lab: booted >/dev/ttyS0'

[Install]
WantedBy=multi-user.target
UNIT
  systemctl --quiet --root="$ROOT" enable lab-network.service lab-booted.service
}

build_boot() {
  local m f dir=$VM/initramfs version
  version=$(ls "$ROOT/lib/modules")
  cp "$ROOT/boot/vmlinuz-$version" "$VM/kernel"
  rm -rf "$dir"
  mkdir -p "$dir"/{bin,proc,dev,sys,new}
  cp "$ROOT/bin/busybox" "$dir/bin/"
  chroot "$ROOT" ldd /bin/busybox | grep -o '/[^ ]*\.so[^ ]*' | while read -r f; do
    mkdir -p "$dir$(dirname "$f")"
    cp -L "$ROOT$f" "$dir$f"
  done
  for m in "${INITRAMFS_MODULES[@]}"; do
    # shellcheck disable=SC2016  # the inner shell expands it
    chroot "$ROOT" sh -c 'find "/lib/modules/$1" -name "$2.ko.xz" -exec xz -dc {} +' _ "$version" "$m" >"$dir/$m.ko"
  done
  cat >"$dir/init" <<INIT
#!/bin/busybox sh
set -e
/bin/busybox mount -t devtmpfs dev /dev
for m in ${INITRAMFS_MODULES[*]}; do /bin/busybox insmod /\$m.ko; done
while [ ! -b /dev/vda ]; do /bin/busybox usleep 10000; done
/bin/busybox mount -t ext4 /dev/vda /new
/bin/busybox mount -o move /dev /new/dev
exec /bin/busybox switch_root /new /sbin/init
INIT
  chmod +x "$dir/init"
  mv "$dir" "$ROOT/initramfs"
  chroot "$ROOT" sh -c 'cd /initramfs && find . | cpio -o -H newc --quiet' >"$VM/initramfs.img"
  rm -rf "$ROOT/initramfs"
}

# Made in one go without a loop device; the journal is added after, since mke2fs -d would write everything through it.
build_disk() {
  rm -f "$VM/disk.new"
  truncate -s 6G "$VM/disk.new"
  mke2fs -q -t ext4 -O ^has_journal -d "$ROOT" "$VM/disk.new"
  tune2fs -j "$VM/disk.new" >/dev/null
  mv "$VM/disk.new" "$VM/disk.img"
}

need_root
"$HERE/rootfs.sh"
need mmdebstrap mke2fs ssh-keygen flock
mkdir -p "$VM"
exec 9>"$VM/lock"
flock 9
stamp=$(cat "$HERE/vm-image.sh" "$LAB/base/.stamp" | sha256sum | cut -c1-16)
[ "$(cat "$VM/stamp" 2>/dev/null)" != "$stamp" ] || exit 0
! compgen -G "$LAB/vms/*" >/dev/null || die "virtual machines run on the image that is to be replaced; vm.sh down-all ends them"
trap 'rm -rf "$ROOT"' EXIT
rm -rf "$ROOT" "$VM/stamp"
build_qemu
install_kernel
configure
build_boot
build_disk
echo "$stamp" >"$VM/stamp"
